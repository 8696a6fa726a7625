/** Connections whose bytes wait in the system's buffers: no time is counted against their peers. */
import assert from "node:assert/strict";
import { Socket } from "node:net";
import { it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { encodeHeaderBlock } from "../../src/http2/index.js";
import { HeldReads } from "../../src/transport/held-reads.js";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { createListener } from "../../src/transport/listener.js";
import { PREFACE } from "../attack/frames.js";
import { FLAG, frame, headers, RawClient, TYPE } from "../http2/raw-client.js";

const EVER_MS = 600_000;
const REFUSES_NOTHING = 2 ** 31 - 1;
/** How often a listener looks at its connections of HTTP/2, in milliseconds. */
const SWEEP_MS = 250;

it("time stands still while reads are held", (t) => {
  let time = 1_000;
  t.mock.method(performance, "now", () => time);
  const reads = new HeldReads();
  assert.equal(reads.now(), 1_000);
  for (const socket of [new Socket(), new Socket()]) {
    time += 10;
    reads.hold(socket);
  }
  time += 700;
  assert.equal(reads.now(), 1_010);
  reads.release();
  time += 5;
  assert.equal(reads.now(), 1_015);
  reads.release();
  assert.equal(reads.now(), 1_015);
});

it("a peer that was told to leave loses no call that waits to be read while a listener closes", async (t) => {
  let time = 0;
  t.mock.method(performance, "now", () => time);
  t.mock.timers.enable({ apis: ["setInterval"] });
  const head = encodeHeaderBlock([[":status", "200"]]);
  const listener = createListener({
    onStream: (stream) => stream.respond(head),
    onRequest: assert.fail,
    limits: { ...DEFAULT_LIMITS, maxConnectionAgeMs: 1 },
  });
  const { port } = await listener.listen(0, "127.0.0.1");
  const client = await RawClient.connect(port);
  client.send(PREFACE, frame(TYPE.settings, 0, 0, Buffer.alloc(0)));
  await client.waitFor(({ type }) => type === TYPE.goaway);

  // A second later the server would name the last stream, had it no answer to its PING.
  time = 900;
  const closed = listener.close(EVER_MS);
  client.send(headers(1), frame(TYPE.ping, FLAG.ack, 0, Buffer.from("goodbye!")));
  // Turns that take long may have missed connections: the listener goes on to accept, and reads nothing.
  for (let turns = 0; turns < 20; turns++) {
    time += 10;
    t.mock.timers.tick(SWEEP_MS);
    await nextTurn();
  }
  assert.deepEqual(seen(client), [`GOAWAY ${REFUSES_NOTHING}`]);
  for (let turns = 0; turns < 1_000 && !client.ended; turns++) {
    await nextTurn();
    time += SWEEP_MS;
    t.mock.timers.tick(SWEEP_MS);
  }
  client.socket.destroy();
  assert.equal(await closed, 0);
  assert.deepEqual(seen(client), [`GOAWAY ${REFUSES_NOTHING}`, "HEADERS 1", "GOAWAY 1"]);
});

function seen({ frames }: RawClient): string[] {
  return frames.flatMap(({ type, stream, payload }) => {
    if (type === TYPE.goaway) return [`GOAWAY ${payload.readUInt32BE(0)}`];
    return type === TYPE.headers ? [`HEADERS ${stream}`] : [];
  });
}
