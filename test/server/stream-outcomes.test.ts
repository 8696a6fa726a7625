/** The log tells how a stream has ended, whichever protocol and version of HTTP it came over. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { pino } from "pino";
import { Health } from "../../gen/ts/src/health/v1/health_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { createServer, type Server } from "../../src/server/server.js";
import { fixedManager } from "../support/fixed-manager.js";
import { sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { eventually } from "../support/worker-lines.js";

const WATCH = `/${Health.typeName}/Watch`;
const lines: string[] = [];
let server: Server;
let baseUrl: string;

beforeEach(async () => {
  lines.splice(0);
  const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
  server = createServer({ manager: await fixedManager(), logger, callers: ANYONE });
  const { port } = await server.listen(0, "127.0.0.1");
  baseUrl = `http://127.0.0.1:${port}`;
});
afterEach(() => server.close(0));

/** The outcome in the log, once there is one. Internal errors would have lines of their own. */
async function outcome(): Promise<string> {
  await eventually(() => lines.length > 0);
  assert.equal(lines.length, 1, lines.join(""));
  return JSON.parse(lines[0] as string).outcome;
}

const WAYS: readonly (readonly [name: string, make: () => Transport])[] = [
  ["gRPC", () => createGrpcTransport({ baseUrl })],
  ["gRPC-Web, HTTP/1.1", () => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })],
  ["gRPC-Web, HTTP/2", () => createGrpcWebTransport({ baseUrl, httpVersion: "2" })],
  ["Connect, HTTP/1.1", () => createConnectTransport({ baseUrl, httpVersion: "1.1" })],
  ["Connect, HTTP/2", () => createConnectTransport({ baseUrl, httpVersion: "2" })],
];

const REFLECT = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const CHECK = `/${Health.typeName}/Check`;

describe("the outcome of what is refused by HTTP alone", () => {
  for (const [what, expected, status, path, method, type] of [
    [
      "a stream of both sides over HTTP/1.1",
      "Unimplemented",
      505,
      REFLECT,
      "POST",
      "application/connect+json",
    ],
    ["a type that is none", "InvalidArgument", 415, CHECK, "POST", "text/plain"],
    ["another method", "Unimplemented", 405, CHECK, "PUT", "application/json"],
    [
      "what is no message",
      "InvalidArgument",
      400,
      CHECK,
      "POST",
      "application/json; charset=utf-8",
    ],
  ] as const) {
    it(`is ${expected} for ${what}`, async () => {
      const headers = { "content-type": type };
      const answer = await sendHttp1(baseUrl, { method, path, headers, body: Buffer.from("{") });
      assert.equal(answer.status, status);
      assert.equal(await outcome(), expected);
    });
  }
});

describe("the outcome of a stream", () => {
  for (const [type, headers] of [
    ["application/grpc", { "grpc-timeout": "50m", te: "trailers" }],
    ["application/grpc-web+proto", { "grpc-timeout": "50m" }],
    ["application/connect+proto", { "connect-timeout-ms": "50" }],
  ] as const) {
    for (const [version, send] of [
      ["HTTP/1.1", sendHttp1],
      ["HTTP/2", sendHttp2],
    ] as const) {
      if (type === "application/grpc" && version === "HTTP/1.1") continue;
      it(`is DeadlineExceeded beyond its deadline, ${type}, ${version}`, async () => {
        const head: Record<string, string> = { ...headers, "content-type": type };
        await send(baseUrl, { method: "POST", path: WATCH, headers: head, body: Buffer.alloc(5) });
        assert.equal(await outcome(), "DeadlineExceeded");
      });
    }
  }

  for (const [name, make] of WAYS) {
    it(`is Canceled where the client leaves, ${name}`, async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const stream = createClient(Health, make()).watch({}, { signal })[Symbol.asyncIterator]();
      await stream.next();
      controller.abort();
      await assert.rejects(stream.next());
      assert.equal(await outcome(), "Canceled");
    });

    it(`is Unavailable where the server ends, ${name}`, async () => {
      const stream = createClient(Health, make()).watch({})[Symbol.asyncIterator]();
      await stream.next();
      const closed = server.close(20_000);
      await assert.rejects(async () => {
        while (!(await stream.next()).done);
      });
      await closed;
      assert.equal(await outcome(), "Unavailable");
    });

    it(`is that of its refusal, ${name}`, async () => {
      const stream = createClient(TokenService, make()).watchRevocations({});
      await assert.rejects(stream[Symbol.asyncIterator]().next());
      assert.equal(await outcome(), "InvalidArgument");
    });
  }
});
