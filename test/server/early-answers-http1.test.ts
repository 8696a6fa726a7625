/** HTTP/1.1 answers that come before their requests have: they arrive, and a client that has left is noticed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { type RunningServer, startTestServer } from "../support/server.js";

const HOST = "Host: localhost\r\n";
const LENGTH = 2_000_000;
const PIECE = 64 * 1024;
const BODY = `Content-Length: ${LENGTH}\r\n\r\n${"x".repeat(LENGTH)}`;
const RPC = "POST /securetoken.v1.TokenService/GenerateToken HTTP/1.1\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";

const BAD_KEY = "Authorization: Bearer nobody\r\n";
const rpcWith = (type: string, fields = "") =>
  `POST /securetoken.v1.TokenService/GenerateToken HTTP/1.1\r\nContent-Type: ${type}\r\n${fields}`;
/** Who is answered before the body: what that is, the status, and the request's head but for its Host. */
const EARLY = [
  ["another path", 404, "POST /x HTTP/1.1\r\n"],
  ["/authz without a token", 401, "POST /authz HTTP/1.1\r\n"],
  ["/authz with a bad key", 401, `POST /authz HTTP/1.1\r\n${BAD_KEY}`],
  ["/introspect with a bad key", 401, `POST /introspect HTTP/1.1\r\n${BAD_KEY}`],
  ["/revoke with a bad key", 401, `POST /revoke HTTP/1.1\r\n${BAD_KEY}`],
  ["/tokenreview with a bad key", 401, `POST /tokenreview HTTP/1.1\r\n${BAD_KEY}`],
  ["Connect with a bad key, JSON", 401, rpcWith("application/json", BAD_KEY)],
  ["Connect with a bad key, binary", 401, rpcWith("application/proto", BAD_KEY)],
  [
    "Connect with a deadline of no time",
    504,
    rpcWith("application/json", "Connect-Timeout-Ms: 0\r\n"),
  ],
  ["Connect of a type that is none", 415, rpcWith("text/plain")],
  [
    "Connect from a page that may not call",
    403,
    rpcWith("application/json", "Origin: https://evil.example\r\n"),
  ],
  ["Connect, compressed", 501, rpcWith("application/json", "Content-Encoding: gzip\r\n")],
  [
    "a stream of Connect with a bad key",
    200,
    rpcWith("application/connect+json", BAD_KEY).replace("GenerateToken", "WatchRevocations"),
  ],
  ["gRPC-Web with a bad key", 200, rpcWith("application/grpc-web+proto", BAD_KEY)],
  [
    "gRPC-Web with a deadline of no time",
    200,
    rpcWith("application/grpc-web+proto", "Grpc-Timeout: 0S\r\n"),
  ],
  ["gRPC over HTTP/1.1", 200, rpcWith("application/grpc")],
] as const;

/** What comes until the server's end; the socket stays open for writing. */
async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "end");
  return Buffer.concat(chunks).toString("latin1");
}

describe("over HTTP/1.1", () => {
  let server: RunningServer;
  /** Knows no caller. */
  let strict: RunningServer;
  before(async () => {
    server = await startTestServer();
    strict = await startTestServer({ callers: new KnownCallers([], () => false) });
  });
  after(() => Promise.all([server.close(), strict.close()]));

  async function send(request: string, allowHalfOpen = false): Promise<Socket> {
    const { url } = request.includes(BAD_KEY) ? strict : server;
    const socket = connect({
      port: Number(new URL(url).port),
      host: "127.0.0.1",
      allowHalfOpen,
    });
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

  for (const [what, status, head] of EARLY) {
    it(`ends the connection behind ${what} (${status}) whose request has not come whole, and says so`, async () => {
      const socket = await send(
        `${head}${HOST}Content-Length: 100000\r\n\r\n${"x".repeat(10)}`,
        true,
      );
      const answer = await readAll(socket);
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
      assert.match(answer, /^connection: close\r$/im);
      assert.equal(answer.match(/^HTTP\/1\.1 /gm)?.length, 1);
      // Had it not been read, the end would be a reset by now, and this write would fail.
      const closed = once(socket, "close");
      socket.end("x".repeat(99_990));
      assert.deepEqual(await closed, [false]);
    });

    it(`keeps the connection behind ${what} (${status}) whose request is whole`, async () => {
      const socket = await send(`${head}${HOST}Content-Length: 10\r\n\r\n${"x".repeat(10)}`, true);
      socket.write(`GET /last HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
      const answers = await readAll(socket);
      assert.match(answers, new RegExp(`^HTTP/1.1 ${status} `));
      assert.deepEqual(
        Array.from(answers.matchAll(/^connection: (\S+)\r$/gim), ([, value]) => value),
        ["keep-alive", "close"],
      );
      socket.destroy();
    });
  }

  it("ends the connection behind a message that is announced as too large", async () => {
    const socket = await send(`${RPC}${HOST}${JSON_TYPE}Content-Length: ${LENGTH}\r\n\r\nx`, true);
    assert.match(await readAll(socket), /^HTTP\/1\.1 429 [\s\S]*^connection: close\r$/im);
    socket.destroy();
  });

  it("reads no more than 4 MiB behind such an answer", async () => {
    const socket = await send(
      `POST /x HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`,
      true,
    );
    await once(socket, "data");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const piece = `${PIECE.toString(16)}\r\n${"x".repeat(PIECE)}\r\n`;
    let written = 0;
    for (; socket.writable && written < 1024 * PIECE; written += PIECE) {
      if (!socket.write(piece)) await Promise.race([once(socket, "drain"), closed]).catch(() => {});
    }
    await closed;
    assert.ok(written >= 4 * 1024 * 1024 && written < 1024 * PIECE, `${written} octets`);
  });

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
