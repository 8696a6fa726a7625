/**
 * The watchers of `watchers.ts`: streams of WatchRevocations whose bytes are counted, told apart by
 * frames and thrown away. It runs beside the server on few cores, so that what it costs is kept small.
 */
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { frame, HEAD_LENGTH, literal, STREAM_OFFSET, uint32 } from "./clients/frame-bytes.js";

const [port = "", count = "0"] = process.argv.slice(2);
const STREAMS_PER_CONNECTION = 99;
const [DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW_UPDATE] = [0, 1, 4, 6, 7, 8];
const [END_STREAM, ACK, END_HEADERS] = [1, 1, 4];
/** As much as a window may be: more than is sent to any stream or connection here. */
const WINDOW = 2 ** 31 - 1;
const INITIAL_WINDOW_SIZE = 4;
const NOTHING = Buffer.alloc(0);
/** An empty gRPC message: no compression, no length. */
const EMPTY_MESSAGE = Buffer.alloc(5);
const METHOD_POST = 0x83;
const SCHEME_HTTP = 0x86;
const FIELDS = {
  ":path": "/securetoken.v1.TokenService/WatchRevocations",
  ":authority": "localhost",
  "content-type": "application/grpc+proto",
  te: "trailers",
};

let bytes = 0;
let open = 0;
let told = 0;
process.on("message", async (message) => {
  if (message === "open") await openAll(Number(count));
  process.send?.({ bytes, streams: open });
});

/** Settles once every stream has had its first event, and a second more. */
async function openAll(wanted: number): Promise<void> {
  for (let left = wanted; left > 0; left -= STREAMS_PER_CONNECTION) {
    openConnection(Math.min(left, STREAMS_PER_CONNECTION));
    await pause(20);
  }
  while (told < wanted) await pause(100);
  await pause(1000);
}

function openConnection(streams: number): void {
  const socket = connect({ port: Number(port), host: "127.0.0.1", noDelay: true });
  const settings = Buffer.concat([Buffer.of(0, INITIAL_WINDOW_SIZE), uint32(WINDOW)]);
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(frame(SETTINGS, 0, 0, settings));
  socket.write(frame(WINDOW_UPDATE, 0, 0, uint32(WINDOW - 65_535)));
  for (let i = 0; i < streams; i++) socket.write(watch(1 + 2 * i));
  open += streams;

  const heard = new Set<number>();
  let rest: Buffer = NOTHING;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
    let at = 0;
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (all.length - at >= HEAD_LENGTH) {
      const end = at + HEAD_LENGTH + all.readUIntBE(at, 3);
      if (all.length < end) break;
      take(all[at + 3] as number, all[at + 4] as number, all.subarray(at, end));
      at = end;
    }
    rest = all.subarray(at);
  });
  socket.on("error", () => {});
  socket.once("close", () => {
    open -= streams;
  });

  function take(type: number, flags: number, bytes: Buffer): void {
    if (type === GOAWAY) throw new Error(`the server closes: ${bytes.subarray(17)}`);
    if (flags & ACK && type !== DATA && type !== HEADERS) return;
    if (type === SETTINGS) socket.write(frame(SETTINGS, ACK, 0, NOTHING));
    if (type === PING) socket.write(frame(PING, ACK, 0, bytes.subarray(HEAD_LENGTH)));
    if (type === HEADERS && flags & END_STREAM) throw new Error("a stream has ended");
    if (type !== DATA) return;
    const stream = bytes.readUInt32BE(STREAM_OFFSET);
    if (heard.has(stream)) return;
    heard.add(stream);
    told++;
  }
}

/** HEADERS and DATA of a call. */
function watch(stream: number): Buffer {
  const fields = Object.entries(FIELDS).map(([name, value]) =>
    Buffer.concat([Buffer.of(0), literal(name), literal(value)]),
  );
  const block = Buffer.concat([Buffer.of(METHOD_POST, SCHEME_HTTP), ...fields]);
  return Buffer.concat([
    frame(HEADERS, END_HEADERS, stream, block),
    frame(DATA, END_STREAM, stream, EMPTY_MESSAGE),
  ]);
}
