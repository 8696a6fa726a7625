/** Connections that a client opens before it needs them: they are kept as long as ones that were used. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { type ConnectionLimits, DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { createListener, type Listener } from "../../src/transport/listener.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
/** More than two of Node's looks at what is late. */
const LONGER_MS = 2_300;
const SOON = { detectionTimeoutMs: 50, headersTimeoutMs: 50 };

let listener: Listener;
const refused: number[] = [];

afterEach(() => listener.close(0));

for (const isTls of [false, true]) {
  describe(isTls ? "over TLS" : "in the clear", () => {
    it("serves a request that comes after longer than headers may take", async () => {
      const client = await open(isTls, SOON);
      await pause(LONGER_MS);
      client.write(REQUEST);
      assert.match(await text(client), /^HTTP\/1\.1 200 OK\r\n/);
      assert.deepEqual(refused, []);
    });

    it("closes one that stays unused", async () => {
      const client = await open(isTls, { ...SOON, keepAliveTimeoutMs: 100 });
      assert.equal(await text(client), "");
    });

    it("closes one whose first request does not come whole", async () => {
      const client = await open(isTls, SOON);
      await pause(LONGER_MS);
      client.write("GET / HTTP/1.1\r\n");
      assert.equal(await text(client), "");
      assert.deepEqual(refused, [408]);
    });

    for (const [when, request] of [
      ["no request", ""],
      ["no other request", REQUEST.replace("close", "keep-alive")],
    ] as const) {
      it(`closes one over which empty lines come, and ${when}`, async () => {
        const client = await open(isTls, { ...SOON, keepAliveTimeoutMs: 200 });
        client.on("error", () => {}).resume();
        const closed = once(client, "close");
        if (request) {
          client.write(request);
          await once(client, "data");
        }
        const lines = setInterval(() => client.write("\r\n"), 20);
        await closed;
        clearInterval(lines);
      });
    }

    it("lets a request take longer than a connection stays unused", async () => {
      const client = await open(isTls, { ...SOON, keepAliveTimeoutMs: 300 });
      client.write(REQUEST.replace("/", "/slow"));
      assert.match(await text(client), /^HTTP\/1\.1 200 OK\r\n/);
    });
  });
}

it("closes one whose first octet leaves open which protocol it speaks", async () => {
  const client = await open(false, SOON);
  client.write("P");
  assert.equal(await text(client), "");
});

async function open(isTls: boolean, limits: Partial<ConnectionLimits>): Promise<Socket> {
  refused.splice(0);
  listener = createListener({
    onStream: (stream) => stream.reset(0),
    onRequest: ({ url }, response) =>
      setTimeout(() => response.end("ok"), url === "/slow" ? 1_000 : 0),
    limits: { ...DEFAULT_LIMITS, ...limits },
    onRefused: (_, status) => refused.push(status),
    ...(isTls && { tls: { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY } }),
  });
  const { port } = await listener.listen(0, "127.0.0.1");
  const client = isTls
    ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false })
    : connect(port, "127.0.0.1");
  await once(client, isTls ? "secureConnect" : "connect");
  return client;
}
