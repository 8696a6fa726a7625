/** What a listener counts of connections and streams goes down again. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { connect } from "node:net";
import { afterEach, it } from "node:test";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { createListener, type Listener } from "../../src/transport/listener.js";

const MAX_CONNECTIONS = 4;
let listener: Listener;
let port: number;
const cuts: string[] = [];

async function start(): Promise<void> {
  listener = createListener({
    onStream: (stream) => stream.reset(0),
    onRequest: (_request, response) => response.end(),
    limits: { ...DEFAULT_LIMITS, maxConnections: MAX_CONNECTIONS },
    onCut: ({ reason }) => cuts.push(reason),
  });
  ({ port } = await listener.listen(0, "127.0.0.1"));
}

afterEach(() => listener.close(0));

it("connections that have closed take no room from new ones", async () => {
  await start();
  for (let i = 0; i < 3 * MAX_CONNECTIONS; i++) {
    const client = connect(port, "127.0.0.1");
    client.end("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    client.resume();
    await once(client, "close");
    while (listener.open().connections > 0) await new Promise(setImmediate);
  }
  assert.deepEqual(cuts, []);
});

it("a request whose headers are too large opens a stream and closes it", async () => {
  await start();
  const client = http2.connect(`http://127.0.0.1:${port}`);
  const [answer] = await once(client.request({ x: "y".repeat(16_250) }).resume(), "response");
  assert.equal(answer[":status"], 429);
  assert.equal(listener.open().streams, 0);
  client.destroy();
});

it("one of gRPC-Web is answered in its protocol", async () => {
  await start();
  const client = http2.connect(`http://127.0.0.1:${port}`);
  const headers = { "content-type": "application/grpc-web+proto", x: "y".repeat(16_250) };
  const [answer] = await once(client.request(headers).resume(), "response");
  assert.equal(answer["content-type"], "application/grpc-web");
  assert.equal(answer["grpc-status"], "8");
  client.destroy();
});
