/** What came in time while the system had stopped the process is in time. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { AddressList } from "../../src/transport/address-list.js";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { createListener, type Listener } from "../../src/transport/listener.js";

const TIME_MS = 300;
/** "LOCAL", of no family: a proxy's own connection. */
const HEADER = Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex");
const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

let listener: Listener;
const cuts: string[] = [];
afterEach(() => listener.close(0));

async function open(): Promise<Socket> {
  cuts.length = 0;
  listener = createListener({
    onStream: (stream) => stream.reset(0),
    onRequest: (_, response) => response.end("served"),
    limits: { ...DEFAULT_LIMITS, detectionTimeoutMs: TIME_MS },
    proxyHeadersOf: new AddressList(["127.0.0.1"]),
    onCut: ({ reason }) => cuts.push(reason),
  });
  const { port } = await listener.listen(0, "127.0.0.1");
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket;
}

/** Holds the loop up before its timers until the time is over; something arrives meanwhile. */
async function stopWhile(send: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      send();
      const end = performance.now() + 2 * TIME_MS;
      while (performance.now() < end);
      resolve();
    });
  });
}

it("a PROXY header whose rest came while the process was stopped is taken", async () => {
  const socket = await open();
  socket.write(HEADER.subarray(0, 8));
  await pause(TIME_MS / 3);
  await stopWhile(() => socket.write(Buffer.concat([HEADER.subarray(8), Buffer.from(REQUEST)])));
  const [answer] = await Promise.race([once(socket, "data"), once(socket, "close")]);
  assert.match(String(answer), /served$/);
  assert.deepEqual(cuts, []);
});

it("a PROXY header that does not come in time ends its connection", async () => {
  const socket = await open();
  socket.write(HEADER.subarray(0, 8));
  await once(socket, "close");
  assert.deepEqual(cuts, ["no PROXY header in time"]);
});
