/** The watchers of `watchers.ts`: streams of WatchRevocations that are read and not looked at. */
import { connect } from "node:http2";
import { setTimeout as pause } from "node:timers/promises";

const [url = "", count = "0"] = process.argv.slice(2);
const STREAMS_PER_CONNECTION = 99;
/** An empty gRPC message: no compression, no length. */
const EMPTY = Buffer.alloc(5);
const HEADERS = {
  ":method": "POST",
  ":path": "/securetoken.v1.TokenService/WatchRevocations",
  "content-type": "application/grpc+proto",
  te: "trailers",
};

let bytes = 0;
let open = 0;
process.on("message", async (message) => {
  if (message === "open") await openAll(Number(count));
  process.send?.({ changes: bytes, streams: open });
});

/** Settles once every stream has had its first event, and a second more. */
async function openAll(wanted: number): Promise<void> {
  let told = 0;
  for (let left = wanted; left > 0; left -= STREAMS_PER_CONNECTION) {
    const session = connect(url);
    session.on("error", () => {});
    for (let i = 0; i < Math.min(left, STREAMS_PER_CONNECTION); i++) {
      const stream = session.request(HEADERS);
      open++;
      stream.once("data", () => told++);
      stream.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      stream.on("error", () => {});
      stream.once("close", () => open--);
      stream.end(EMPTY);
    }
    await pause(20);
  }
  while (told < open) await pause(100);
  await pause(1000);
}
