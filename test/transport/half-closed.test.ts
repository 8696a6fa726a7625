/** Clients that end their side of a connection: what they have asked for is answered, and nothing is left open. */
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { describe, it } from "node:test";
import tls from "node:tls";
import { encodeHeaderBlock } from "../../src/http2/index.js";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { createListener } from "../../src/transport/listener.js";
import { FLAG, frame, PREFACE, TYPE } from "../attack/frames.js";
import { headers } from "../http2/raw-client.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

const HEAD = encodeHeaderBlock([[":status", "200"]]);
const BODY = "an answer of the server's";
const SETTINGS = Buffer.concat([PREFACE, frame(TYPE.settings, 0, 0, Buffer.alloc(0))]);
const CALL = Buffer.concat([
  SETTINGS,
  frame(TYPE.settings, FLAG.ack, 0, Buffer.alloc(0)),
  headers(1),
]);

for (const isTls of [false, true]) {
  /** What comes back of bytes behind which the client ends its side, until the server ends its own. */
  const ask = async (protocol: "h2" | "http/1.1" | undefined, bytes: Buffer | string) => {
    const listener = createListener({
      onStream: (stream) => void setTimeout(() => stream.respond(HEAD, Buffer.from(BODY)), 20),
      onRequest: (_, response) => void response.end(BODY),
      limits: DEFAULT_LIMITS,
      tls: isTls ? { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY } : undefined,
    });
    const { port } = await listener.listen(0, "127.0.0.1");
    const to = { port, host: "127.0.0.1", allowHalfOpen: true };
    const encrypted = { ...to, rejectUnauthorized: false, ALPNProtocols: [protocol ?? "h2"] };
    const socket = isTls && protocol ? tls.connect(encrypted) : net.connect(to);
    await once(socket, isTls && protocol ? "secureConnect" : "connect");
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
    });
    socket.end(bytes);
    await once(socket, "close");
    while (listener.open().connections > 0) await new Promise((resolve) => setImmediate(resolve));
    await listener.close(0);
    return received;
  };

  describe(`a client that ends its side, ${isTls ? "over TLS" : "in the clear"}`, () => {
    it("gets its answer over HTTP/2, and the connection ends", async () => {
      assert.ok((await ask("h2", CALL)).includes(BODY));
    });

    it("gets its answer over HTTP/1.1, and the connection ends", async () => {
      const answer = await ask("http/1.1", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assert.ok(answer.endsWith(BODY), answer);
    });

    const ends: [name: string, protocol: "h2" | "http/1.1" | undefined, bytes: Buffer | string][] =
      [
        ["an HTTP/2 connection without a call", "h2", SETTINGS],
        ["half a preface", "h2", PREFACE.subarray(0, 10)],
        ["half a request", "http/1.1", "GET / HTTP/1.1\r\nHo"],
        ["half a body", "http/1.1", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"],
        ["nothing over HTTP/1.1", "http/1.1", ""],
        ["nothing", undefined, ""],
      ];
    for (const [name, protocol, bytes] of ends) {
      it(`leaves nothing open behind ${name}`, async () => {
        await ask(protocol, bytes);
      });
    }
  });
}
