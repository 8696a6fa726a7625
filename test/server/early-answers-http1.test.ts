/** HTTP/1.1 answers that come before their requests have: they arrive, and a client that has left is noticed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type RunningServer, startTestServer } from "../support/server.js";

const HOST = "Host: localhost\r\n";
const LENGTH = 2_000_000;
const PIECE = 64 * 1024;
const BODY = `Content-Length: ${LENGTH}\r\n\r\n${"x".repeat(LENGTH)}`;
const RPC = "POST /securetoken.v1.TokenService/GenerateToken HTTP/1.1\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";

describe("over HTTP/1.1", () => {
  let server: RunningServer;
  let port: number;
  before(async () => {
    server = await startTestServer();
    port = Number(new URL(server.url).port);
  });
  after(() => server.close());

  async function send(request: string): Promise<Socket> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.on("error", () => {});
    socket.write(request);
    return socket;
  }

  for (const [what, status, request] of [
    ["two Hosts", 400, `POST /x HTTP/1.1\r\n${HOST}${HOST}${BODY}`],
    ["an expectation", 417, `POST /x HTTP/1.1\r\n${HOST}Expect: x\r\n${BODY}`],
    ["a message that is too large", 429, `${RPC}${HOST}${JSON_TYPE}Connection: close\r\n${BODY}`],
    ["another path", 404, `POST /x HTTP/1.1\r\n${HOST}Connection: close\r\n${BODY}`],
    ["a tunnel", 501, `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n${"x".repeat(LENGTH)}`],
    ["nonsense", 400, `nonsense\r\n\r\n${"x".repeat(LENGTH)}`],
  ] as const) {
    it(`answers ${what} with ${status} although megabytes come behind, and whoever sends it reads that`, async () => {
      for (let i = 0; i < 3; i++) {
        const socket = await send(request.slice(0, PIECE));
        socket.pause();
        // A client that looks at no answer before all is written.
        for (let at = PIECE; at < request.length && socket.writable; at += PIECE) {
          socket.write(request.slice(at, at + PIECE));
          await pause(2);
        }
        const chunks: Buffer[] = [];
        socket.on("data", (chunk: Buffer) => chunks.push(chunk));
        socket.resume();
        await once(socket, "close");
        assert.match(Buffer.concat(chunks).toString("latin1"), new RegExp(`^HTTP/1.1 ${status} `));
      }
    });
  }

  for (const [what, refused, status] of [
    ["credential", "Authorization: Bearer a\r\n", 401],
    ["Host", HOST, 400],
    ["Origin that may not call", "Origin: https://evil.example\r\n", 403],
    ["deadline of no time", "Connect-Timeout-Ms: 0\r\n", 504],
  ] as const) {
    it(`sees a ${what} behind a thousand fields`, async () => {
      const fields = `Authorization: Bearer b\r\n${"a:b\r\n".repeat(1_100)}${refused}`;
      const head = `${RPC}${HOST}${JSON_TYPE}Content-Length: 14\r\n${fields}\r\n`;
      const socket = await send(`${head}{"userId":"u"}`);
      const [answer] = await once(socket, "data");
      assert.match(String(answer), new RegExp(`^HTTP/1.1 ${status} `));
      socket.destroy();
    });
  }

  it("notices that a client has left which left a body behind a stream", async () => {
    const message = Buffer.from('\0\0\0\0\x0e{"service":""}').toString("latin1");
    const watch = `POST /grpc.health.v1.Health/Watch HTTP/1.1\r\n${HOST}Content-Type: application/connect+json\r\n`;
    // As many as an address may have open, so that the last ones are refused unless the first have gone.
    for (let round = 0; round < 2; round++) {
      const sockets = await Promise.all(
        Array.from({ length: 300 }, () =>
          send(`${watch}Content-Length: ${message.length}\r\n\r\n${message}`),
        ),
      );
      for (const socket of sockets) {
        const [answer] = await once(socket, "data");
        assert.match(String(answer), /SERVING/);
        socket.write(
          `POST /x HTTP/1.1\r\n${HOST}Content-Length: 100000\r\n\r\n${"x".repeat(100_000)}`,
        );
      }
      await pause(200);
      for (const socket of sockets) socket.destroy();
      await pause(500);
    }
  });
});
