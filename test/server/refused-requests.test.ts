/** Requests that are refused before they are calls: each is counted, and a flood of them leaves few lines. */
import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { pino } from "pino";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { ANYONE, KnownCallers } from "../../src/server/callers/callers.js";
import { createServer, type Server } from "../../src/server/server.js";
import { FLAG, frame, headerBlock, PREFACE, TYPE } from "../attack/frames.js";
import { fixedManager } from "../support/fixed-manager.js";
import { sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { eventually } from "../support/worker-lines.js";

const CALL = `/${TokenService.typeName}/ValidateToken`;
const HOST = "tokens.example";
const lines: string[] = [];
const counted: number[] = [];
const NOTHING = () => {};
let server: Server;
let url: string;
let port: number;

before(async () => {
  server = createServer({
    manager: await fixedManager(),
    logger: pino({ base: null }, { write: (line: string) => lines.push(line) }),
    callers: new KnownCallers([], () => false),
    allowedHosts: [HOST],
    corsOrigins: ["https://app.example"],
    observer: {
      started: NOTHING,
      ended: NOTHING,
      refusedRequest: (status) => counted.push(status),
      connectionCut: NOTHING,
    },
  });
  ({ port } = await server.listen(0, "127.0.0.1"));
  url = `http://127.0.0.1:${port}`;
});
after(() => server.close(0));
beforeEach(() => {
  lines.splice(0);
  counted.splice(0);
});

/** The status line that answers these bytes; empty where the connection ends without an answer. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer.split("\r\n")[0] as string));
    socket.on("error", reject);
  });
}

const close = "Connection: close\r\n";
const call = (rest: string) => `POST ${CALL} HTTP/1.1\r\n${rest}`;
/** What is refused below the calls over HTTP/1.1: the status that is answered, and the request. */
const REFUSED: readonly (readonly [status: number, text: string])[] = [
  [400, "nonsense\r\n\r\n"],
  [400, "GET / HTTP/9.9\r\n\r\n"],
  [400, call(`${close}\r\n`)],
  [400, call(`Host: localhost\r\nHost: other\r\n${close}\r\n`)],
  [400, call("Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n")],
  [404, `GET /nothing HTTP/1.1\r\nHost: localhost\r\n${close}\r\n`],
  [404, `TRACE / HTTP/1.1\r\nHost: localhost\r\n${close}\r\n`],
  [
    403,
    `OPTIONS ${CALL} HTTP/1.1\r\nHost: localhost\r\nOrigin: https://x.example\r\nAccess-Control-Request-Method: POST\r\n${close}\r\n`,
  ],
  [417, call(`Host: localhost\r\nExpect: miracles\r\n${close}\r\n`)],
  [421, call(`Host: other.example\r\nContent-Length: 0\r\n${close}\r\n`)],
  [429, call(`Host: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)],
  [501, "CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n"],
];

describe("a request that is refused before it is a call", () => {
  for (const [status, text] of REFUSED) {
    const start = JSON.stringify(text.slice(0, 60));
    it(`is counted as ${status}: ${start}`, async () => {
      assert.match(await raw(text), new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.deepEqual(counted, [status]);
    });
  }

  it("is counted over HTTP/2 too, of gRPC by what its status means", async () => {
    for (const [path, headers] of [
      ["/nothing", {}],
      ["/no.Service/Method", { "content-type": "application/grpc" }],
      [CALL, { ":authority": "other.example" }],
    ] as const) {
      const session = connectHttp2(url);
      const stream = session.request({ ":method": "POST", ":path": path, ...headers });
      stream.resume().end();
      await new Promise((resolve) => stream.once("close", resolve));
      session.destroy();
    }
    assert.deepEqual(counted, [404, 404, 421]);
  });

  it("is counted over HTTP/2 as HTTP/1.1 has it, where a reset refuses it", async () => {
    for (const headers of [
      { ":path": CALL, x: "x".repeat(20_000) },
      { ":path": CALL, "content-length": "3" },
      { ":method": "CONNECT", ":authority": "other:443" },
    ]) {
      const session = connectHttp2(url);
      const stream = session.request(headers, { endStream: true });
      stream.on("error", NOTHING);
      await new Promise((resolve) => stream.resume().once("close", resolve));
      session.destroy();
    }
    assert.deepEqual(counted, [429, 400, 501]);
  });

  it("is no call, and a call that is refused is none of these", async () => {
    const headers = { "content-type": "application/json" };
    for (const method of ["POST", "GET", "PUT", "OPTIONS", "HEAD"]) {
      await sendHttp1(url, { path: CALL, method, headers });
    }
    await sendHttp1(url, { path: CALL, method: "POST", headers: { "content-type": "text/plain" } });
    assert.deepEqual(counted, []);
    // A call's line is written once its stream has closed, which its client need not have waited for.
    await eventually(() => lines.filter((line) => line.includes('"msg":"call"')).length === 6);
  });

  for (const [what, limits] of [
    ["a connection has as many streams as it may", { maxConcurrentStreams: 2 }],
    ["the server has as many streams as it may", { maxStreams: 2 }],
  ] as const) {
    it(`is counted where ${what}`, async () => {
      const refused: number[] = [];
      const full = createServer({
        manager: await fixedManager(),
        logger: pino({ level: "silent" }),
        callers: ANYONE,
        limits,
        observer: {
          started: NOTHING,
          ended: NOTHING,
          refusedRequest: (status) => refused.push(status),
          connectionCut: NOTHING,
        },
      });
      const socket = connect((await full.listen(0, "127.0.0.1")).port, "127.0.0.1");
      const head = headerBlock({
        ":method": "POST",
        ":scheme": "http",
        ":path": CALL,
        ":authority": "localhost",
        "content-type": "application/grpc",
      });
      // None of the calls ends: their messages do not come.
      const open = [1, 3, 5].map((id) => frame(TYPE.headers, FLAG.endHeaders, id, head));
      socket.write(Buffer.concat([PREFACE, frame(TYPE.settings, 0, 0, Buffer.alloc(0)), ...open]));
      await eventually(() => refused.length > 0);
      socket.destroy();
      await full.close(0);
      assert.deepEqual(refused, [503]);
    });
  }
});

describe("a 401 over HTTP", () => {
  for (const [version, send] of [
    ["HTTP/1.1", sendHttp1],
    ["HTTP/2", sendHttp2],
  ] as const) {
    // The second type goes Connect's own way.
    for (const type of ["application/json", "application/json; charset=utf-8"]) {
      it(`says how to authenticate, ${version}, ${type}`, async () => {
        const { status, headers } = await send(url, {
          path: CALL,
          method: "POST",
          headers: { "content-type": type },
          body: "{}",
        });
        assert.deepEqual([status, headers["www-authenticate"]], [401, "Bearer"]);
      });
    }
  }

  it("is none of gRPC's, whose answers say nothing of it", async () => {
    for (const type of ["application/grpc", "application/grpc-web+proto"]) {
      const { status, headers } = await sendHttp2(url, {
        path: CALL,
        method: "POST",
        headers: { "content-type": type, te: "trailers" },
        body: Buffer.alloc(5),
      });
      assert.deepEqual([status, headers["www-authenticate"]], [200, undefined]);
    }
  });
});
