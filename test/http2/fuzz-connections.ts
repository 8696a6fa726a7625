/** Hostile connections on real sockets, and an honest one beside them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { text } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { PREFACE } from "../attack/frames.js";
import { type Random, seededRandom } from "../support/random.js";
import { type AnsweringServer, startAnsweringServer } from "./answering-server.js";
import { randomFrames } from "./fuzz-frames.js";
import { frame, TYPE } from "./raw-client.js";

const MOST_FRAMES = 400;
const PARALLEL = 16;
/** What may remain of a whole run, in octets of the heap: machine code, and what the garbage collector missed. */
const GROWTH_LIMIT = 8 * 1024 * 1024;
const SETTINGS = frame(TYPE.settings, 0, 0, Buffer.alloc(0));

/** What became of a run. */
export interface FrameFuzzCounts {
  readonly frames: number;
  readonly connections: number;
  /** Connections that the server ended, by its reason. */
  readonly ended: Record<string, number>;
  /** Calls of the honest connection, all answered. */
  readonly honest: number;
  /** Growth of the heap after the first tenth of the run, in octets. */
  readonly growth: number;
}

/** Sends at least `count` frames. @throws AssertionError with the seed, for an exception, a growth, or an honest call lost */
export async function fuzzFrames(count: number, seed: number): Promise<FrameFuzzCounts> {
  const random = seededRandom(seed);
  const server = await startAnsweringServer();
  const honest = http2.connect(`http://127.0.0.1:${server.port}`);
  const ended: Record<string, number> = {};
  let frames = 0;
  let connections = 0;
  let calls = 0;
  let heap = 0;
  try {
    while (frames < count) {
      const batch = Array.from({ length: PARALLEL }, () =>
        randomFrames(random, 1 + random.int(MOST_FRAMES)),
      );
      const slices = batch.map((each) => cut(random, Buffer.concat([PREFACE, SETTINGS, ...each])));
      await Promise.all([
        ...slices.map((each) => play(server, each)),
        call(honest, `${seed}-${calls++}`),
      ]);
      connections += batch.length;
      frames += batch.reduce((sum, each) => sum + each.length, 0);
      for (const reason of server.cuts.splice(0)) ended[reason] = (ended[reason] ?? 0) + 1;
      assert.deepEqual(server.errors, [], `seed ${seed}, before frame ${frames}`);
      if (heap === 0 && frames >= count / 10) heap = heapInUse();
    }
    await settled(() => server.http2.connections.size === 1);
    const growth = heapInUse() - heap;
    assert.ok(growth < GROWTH_LIMIT, `seed ${seed}: ${growth} octets of heap remain`);
    return { frames, connections, ended, honest: calls, growth };
  } finally {
    honest.close();
    await server.close();
  }
}

/** Cuts bytes into what arrives at once. */
function cut(random: Random, bytes: Buffer): Buffer[] {
  const slices: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = random.chance(0.5) ? bytes.length : 1 + random.int(2_000);
    slices.push(bytes.subarray(at, at + size));
    at += size;
  }
  return slices;
}

/** Sends the slices, and leaves when the server has read them or has ended the connection. */
async function play({ port, http2: { connections } }: AnsweringServer, slices: readonly Buffer[]) {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  const { localPort } = socket;
  const find = () => [...connections].find((each) => each.socket.remotePort === localPort);
  await settled(() => find() !== undefined);
  const connection = find();
  socket.resume();
  let sent = 0;
  for (const slice of slices) {
    if (socket.destroyed) break;
    socket.write(slice);
    sent += slice.length;
    await settled(
      () => (connection?.socket.bytesRead ?? sent) >= sent || connection?.isEnded !== false,
    );
  }
  socket.destroy();
  await settled(() => connection === undefined || !connections.has(connection));
  assert.equal(connection?.openStreams, 0);
}

async function call(session: http2.ClientHttp2Session, body: string): Promise<void> {
  const stream = session.request({ ":method": "POST", ":path": "/" });
  stream.end(body);
  assert.equal(await text(stream), body);
}

/** Waits until something holds, a turn of the event loop at a time. */
async function settled(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
