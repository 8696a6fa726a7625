/** What becomes of a call that ends with its connection or its stream: asked again, or named, and never a bare error. */
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createSecureTokenClient as createGrpcJsClient } from "../../src/client/grpc-js.js";
import {
  createSecureTokenClient,
  ServiceUnavailableError,
  TokenError,
} from "../../src/client/node.js";
import { FLAG, frame, headerBlock, number32, PREFACE, TYPE } from "../attack/frames.js";
import { serve } from "../support/http-server.js";
import { createTestService } from "../support/token-service.js";

const HEAD_LENGTH = 9;
const SETTINGS = frame(TYPE.settings, 0, 0, Buffer.alloc(0));
const CODES = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  CALM: 11,
};

type Fault = (socket: Socket, stream: number) => void;

const reset =
  (code: number): Fault =>
  (socket, stream) =>
    socket.end(frame(TYPE.reset, 0, stream, number32(code)));
const goAway =
  (code: number, last: (stream: number) => number): Fault =>
  (socket, stream) =>
    socket.end(frame(TYPE.goaway, 0, 0, Buffer.concat([number32(last(stream)), number32(code)])));
/** The connection takes no call after it: the next try would be one that its end meets. */
const refuse: Fault = (socket, stream) => {
  const goodbye = Buffer.concat([number32(stream), number32(CODES.NO_ERROR)]);
  const refusal = frame(TYPE.reset, 0, stream, number32(CODES.REFUSED_STREAM));
  socket.write(Buffer.concat([refusal, frame(TYPE.goaway, 0, 0, goodbye)]));
};
const all = (stream: number) => stream;
const none = () => 0;
const ANSWER_HEAD = headerBlock({ ":status": "200", "content-type": "application/grpc" });
const half =
  (end: (socket: Socket) => void): Fault =>
  (socket, stream) => {
    socket.write(frame(TYPE.headers, FLAG.endHeaders, stream, ANSWER_HEAD), () => end(socket));
  };
/** @grpc/grpc-js does not tell the end of a connection by such a GOAWAY from a reset of the stream. */
const RESETS_TO_GRPC_JS: readonly string[] = [
  "GOAWAY with ENHANCE_YOUR_CALM",
  "GOAWAY with PROTOCOL_ERROR",
];

/**
 * What a server does in place of an answer, and what follows for a call that may be repeated, and for one that may not:
 * it is asked `again`, or it is `named` an unavailable service.
 */
const ROWS: readonly (readonly [string, Fault, "again" | "named", "again" | "named"])[] = [
  ["REFUSED_STREAM", refuse, "again", "again"],
  ["a reset with CANCEL", reset(CODES.CANCEL), "again", "named"],
  ["a reset with ENHANCE_YOUR_CALM", reset(CODES.CALM), "named", "named"],
  ["a reset with INTERNAL_ERROR", reset(CODES.INTERNAL_ERROR), "named", "named"],
  ["a reset with PROTOCOL_ERROR", reset(CODES.PROTOCOL_ERROR), "named", "named"],
  ["GOAWAY that passes over the call", goAway(CODES.NO_ERROR, none), "again", "again"],
  ["GOAWAY, and the end", goAway(CODES.NO_ERROR, all), "again", "named"],
  ["GOAWAY with ENHANCE_YOUR_CALM", goAway(CODES.CALM, all), "again", "named"],
  ["GOAWAY with INTERNAL_ERROR", goAway(CODES.INTERNAL_ERROR, all), "again", "named"],
  ["GOAWAY with PROTOCOL_ERROR", goAway(CODES.PROTOCOL_ERROR, none), "again", "named"],
  ["the end of the connection", (socket) => socket.end(), "again", "named"],
  ["a reset of the connection", (socket) => socket.resetAndDestroy(), "again", "named"],
  ["half an answer, and the end", half((socket) => socket.end()), "again", "named"],
  ["half an answer, and a reset", half((socket) => socket.resetAndDestroy()), "again", "named"],
];
const HTTP1_ROWS: readonly (readonly [string, Fault])[] = [
  ["the end of the connection", (socket) => socket.end()],
  ["a reset of the connection", (socket) => socket.resetAndDestroy()],
  ["what is no answer", (socket) => socket.end("\0\0\0\0")],
  [
    "half an answer, and the end",
    (socket) =>
      socket.end(
        "HTTP/1.1 200 OK\r\nContent-Type: application/proto\r\nContent-Length: 9\r\n\r\n1",
      ),
  ],
];

const CLIENTS = {
  node: (baseUrl: string) => createSecureTokenClient({ baseUrl }),
  "node, Connect": (baseUrl: string) => createSecureTokenClient({ baseUrl, protocol: "connect" }),
  "grpc-js": (address: string) => createGrpcJsClient({ address }),
};
const CLIENTS_HTTP1 = {
  "node, HTTP/1.1": (baseUrl: string) =>
    createSecureTokenClient({ baseUrl, protocol: "connect", httpVersion: "1.1" }),
};

describe("a call that meets", () => {
  for (const [name, open] of Object.entries(CLIENTS)) {
    for (const [what, fault, repeatable, single] of ROWS) {
      // Connect's answer has another type.
      if (name === "node, Connect" && what.startsWith("half")) continue;
      it(`${name}: ${what} in place of an answer`, async (t) => {
        const isReset = name === "grpc-js" && RESETS_TO_GRPC_JS.includes(what);
        await meets(t, "2", open, fault, isReset ? "named" : repeatable, single);
      });
    }
  }
  for (const [name, open] of Object.entries(CLIENTS_HTTP1)) {
    for (const [what, fault] of HTTP1_ROWS) {
      it(`${name}: ${what} in place of an answer`, async (t) => {
        await meets(t, "1.1", open, fault, "again", "named");
      });
    }
  }
});

async function meets(
  t: TestContext,
  version: "2" | "1.1",
  open: (url: string) => ReturnType<typeof createSecureTokenClient>,
  fault: Fault,
  repeatable: "again" | "named",
  single: "again" | "named",
): Promise<void> {
  const server = await faultyServer(t, version);
  const client = open(server.url);
  t.after(() => client.close());
  await client.exportConfig();
  await server.failNext(fault);
  if (repeatable === "again") await client.exportConfig();
  else await assert.rejects(client.exportConfig(), ServiceUnavailableError);
  assert.equal(server.failed(), 1);
  await client.exportConfig();
  await server.failNext(fault);
  await assert.rejects(client.refreshToken("token", { revokeOld: true }), (error) => {
    // What is wrong with the request shows that a server has read it.
    if (single === "again") {
      return error instanceof TokenError && error.reason === "REVOCATION_NOT_ENABLED";
    }
    return error instanceof ServiceUnavailableError;
  });
  assert.equal(server.failed(), 2);
}

/** A server of which one call goes wrong when the test says so. */
async function faultyServer(t: TestContext, version: "2" | "1.1") {
  const real = await serve(await createTestService(), version);
  const port = Number(new URL(real.baseUrl).port);
  const open = new Set<Socket>();
  let next: Fault | undefined;
  let failed = 0;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    const fault = next;
    if (fault === undefined) {
      const upstream = connect(port, "127.0.0.1").on("error", () => socket.destroy());
      socket.on("close", () => upstream.destroy());
      socket.pipe(upstream).pipe(socket);
      return;
    }
    const fail = (stream: number) => {
      next = undefined;
      failed++;
      fault(socket, stream);
    };
    if (version === "2") onFirstCall(socket, fail);
    else socket.once("data", () => fail(0));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await real.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failed: () => failed,
    async failNext(fault: Fault) {
      for (const socket of open) socket.destroy();
      next = fault;
      // Until the client has seen that its connection is gone.
      await pause(50);
    },
  };
}

/** Speaks HTTP/2 until the HEADERS of a call have come. */
function onFirstCall(socket: Socket, fail: (stream: number) => void): void {
  socket.write(SETTINGS);
  let rest = Buffer.alloc(0);
  let at = PREFACE.length;
  let isDone = false;
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (!isDone && rest.length >= at + HEAD_LENGTH) {
      const stream = rest.readUInt32BE(at + 5);
      isDone = rest[at + 3] === TYPE.headers;
      at += HEAD_LENGTH + rest.readUIntBE(at, 3);
      if (isDone) fail(stream);
    }
  });
}
