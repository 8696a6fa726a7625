import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { after, before, describe, it } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createClient,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import type { CallHead } from "../../../src/transport/adapter/index.js";
import { addHeader, createUnaryAdapter } from "../../../src/transport/adapter/index.js";
import { EchoRequestSchema, EchoService } from "./gen/adaptertest/v1/echo_pb.js";
import type { TestServers } from "./support.js";
import { echoRoutes, envelope, rawHttp2, startServers } from "./support.js";

const path = (method: string) => `/adaptertest.v1.EchoService/${method}`;
const post = (method: string, contentType: string, more: http2.OutgoingHttpHeaders = {}) => ({
  ":method": "POST",
  ":path": path(method),
  "content-type": contentType,
  ...more,
});
const message = (text: string) => toBinary(EchoRequestSchema, create(EchoRequestSchema, { text }));

/** The gRPC status of an answer, wherever it is. */
const statusOf = (answer: Awaited<ReturnType<typeof rawHttp2>>) =>
  answer.trailers["grpc-status"] ?? answer.headers["grpc-status"];

/** Sends bytes on a fresh connection and gathers what comes until `until` is seen or the peer hangs up. */
async function rawHttp1(port: number, text: string, until: RegExp): Promise<string> {
  const socket = net.connect(port, "127.0.0.1");
  socket.write(text);
  let got = "";
  for await (const chunk of socket) {
    got += chunk;
    if (until.test(got)) break;
  }
  socket.destroy();
  return got;
}

for (const enabled of [true, false]) {
  // The time limit is there to name a guard that fails by letting a call hang.
  describe(`guards, short way ${enabled ? "on" : "off"}`, { timeout: 10_000 }, () => {
    const caller = createContextKey("");
    const heads: CallHead[] = [];
    const peers: unknown[] = [];
    let servers: TestServers;
    let session: http2.ClientHttp2Session;
    let handled = 0;
    before(async () => {
      servers = await startServers({
        enabled,
        defaultTimeoutMs: 200,
        maxTimeoutMs: 60_000,
        readMaxBytes: 1_000,
        authorize(head) {
          heads.push(head);
          peers.push(head.socket?.remoteAddress);
          switch (head.headers.authorization) {
            case "none":
              throw new ConnectError("who are you", Code.Unauthenticated, { "x-why": "none" });
            case "late none":
              return Promise.reject(new ConnectError("who are you", Code.Unauthenticated));
            case "broken":
              throw new Error("secret of the hook");
            case "never":
              return new Promise(() => {});
            case "late Ada":
              return Promise.resolve(createContextValues().set(caller, "Ada"));
          }
          return undefined;
        },
        routes: echoRoutes({
          look: (_, { values }) => ({ text: values.get(caller) }),
          echoSmall: (_, { timeoutMs }) => ({ text: `left ${timeoutMs()} ms` }),
          echo: (request) => {
            handled++;
            return request.text === "wait" ? new Promise(() => {}) : { text: request.text };
          },
        }),
      });
      session = http2.connect(servers.h2);
      session.on("error", () => {});
      await once(session, "connect");
    });
    after(async () => {
      session.destroy();
      await servers.close();
    });

    describe("authorize", () => {
      const kinds: Record<string, [http2.OutgoingHttpHeaders, (body: Buffer) => unknown]> = {
        gRPC: [post("Echo", "application/grpc"), () => undefined],
        "gRPC, compressed": [
          post("Echo", "application/grpc", { "grpc-encoding": "gzip" }),
          () => undefined,
        ],
        "gRPC stream": [post("Chat", "application/grpc+proto"), () => undefined],
        "Connect JSON": [
          post("Echo", "application/json"),
          (body) => JSON.parse(body.toString()).code,
        ],
        "Connect binary": [
          post("Echo", "application/proto"),
          (body) => JSON.parse(body.toString()).code,
        ],
        "Connect stream": [
          post("Join", "application/connect+json"),
          (body) => JSON.parse(body.subarray(5).toString()).error.code,
        ],
        "gRPC-Web": [
          post("Echo", "application/grpc-web+proto"),
          (body) => /grpc-status: 16\r\n/.exec(body.toString())?.[0] && "unauthenticated",
        ],
        "Connect GET": [
          { ":method": "GET", ":path": `${path("Look")}?encoding=json&message=%7B` },
          (body) => JSON.parse(body.toString()).code,
        ],
        "an unknown content type": [
          post("Echo", "text/plain"),
          (body) => JSON.parse(body.toString()).code,
        ],
      };
      for (const [name, [headers, codeOf]] of Object.entries(kinds)) {
        for (const authorization of ["none", "late none"]) {
          it(`refuses ${name} (${authorization}) although no body is ever sent`, async () => {
            const before = handled;
            const answer = await rawHttp2(session, { ...headers, authorization }, [], false);
            const code = codeOf(answer.body);
            if (code === undefined) assert.equal(statusOf(answer), "16");
            else assert.equal(code, "unauthenticated");
            assert.equal(answer.rstCode, http2.constants.NGHTTP2_NO_ERROR);
            assert.equal(handled, before);
          });
        }
      }

      it("refuses over HTTP/1.1 although no body is ever sent", async () => {
        const answer = await rawHttp1(
          servers.h1Port,
          `POST ${path("Echo")} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nauthorization: none\r\ncontent-length: 10\r\n\r\n`,
          /who are you/,
        );
        assert.match(answer, /^HTTP\/1.1 401 .*\r\nx-why: none\r\n/s);
      });

      it("hides what the hook says when it breaks", async () => {
        const headers = post("Echo", "application/json", { authorization: "broken" });
        const answer = await rawHttp2(session, headers, [], false);
        assert.deepEqual(JSON.parse(answer.body.toString()), {
          code: "internal",
          message: "internal error",
        });
      });

      it("hands its context values to the handler", async () => {
        const client = createClient(EchoService, createGrpcTransport({ baseUrl: servers.h2 }));
        const { text } = await client.look({}, { headers: { authorization: "late Ada" } });
        assert.equal(text, "Ada");
      });

      it("sees the head of the call", async () => {
        heads.length = 0;
        await rawHttp2(session, post("Echo", "application/proto", { "x-a": "b" }), [message("x")]);
        const [head] = heads;
        assert.equal(heads.length, 1);
        assert.equal(head?.service.typeName, "adaptertest.v1.EchoService");
        assert.equal(head?.method.name, "Echo");
        assert.equal(head?.httpMethod, "POST");
        assert.equal(head?.path, path("Echo"));
        assert.equal(head?.headers["x-a"], "b");
        assert.equal(peers.at(-1), "127.0.0.1");
      });
    });

    describe("deadline", () => {
      const dawdlers: Record<string, http2.OutgoingHttpHeaders> = {
        gRPC: post("Echo", "application/grpc"),
        "gRPC-Web": post("Echo", "application/grpc-web"),
        "Connect JSON": post("Echo", "application/json"),
      };
      const isDeadline = (answer: Awaited<ReturnType<typeof rawHttp2>>) =>
        statusOf(answer) === "4" ||
        /grpc-status: 4|"deadline_exceeded"/.test(answer.body.toString());
      for (const [name, headers] of Object.entries(dawdlers)) {
        it(`ends a ${name} call whose body never ends, by default`, async () => {
          const answer = await rawHttp2(session, headers, [Buffer.from([0, 0, 0])], false);
          assert.ok(isDeadline(answer));
          assert.equal(answer.rstCode, http2.constants.NGHTTP2_NO_ERROR);
        });

        it(`ends a ${name} call whose body never ends, as the client asked`, async () => {
          const timeout = { "grpc-timeout": "20m", "connect-timeout-ms": "20" };
          assert.ok(isDeadline(await rawHttp2(session, { ...headers, ...timeout }, [], false)));
        });

        it(`ends a ${name} call whose hook never decides`, async () => {
          const never = { ...headers, authorization: "never" };
          assert.ok(isDeadline(await rawHttp2(session, never, [], false)));
        });
      }

      it("ends an HTTP/1.1 call whose body never ends", async () => {
        const answer = await rawHttp1(
          servers.h1Port,
          `POST ${path("Echo")} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{`,
          /deadline_exceeded/,
        );
        assert.match(answer, /^HTTP\/1.1 504 /);
      });

      for (const [name, headers] of Object.entries(dawdlers)) {
        it(`caps one of a ${name} call beyond the maximum`, async () => {
          const timeout = { "grpc-timeout": "2H", "connect-timeout-ms": "7200000" };
          const body = name === "Connect JSON" ? Buffer.from("{}") : envelope(message("x"));
          const look = { ...headers, ":path": path("EchoSmall"), ...timeout };
          const answer = await rawHttp2(session, look, [body]);
          assert.match(answer.body.toString(), /left (59\d\d\d|60000) ms/);
        });
      }

      it("leaves a stream without one alone", async () => {
        const stream = session.request(post("Chat", "application/grpc"));
        stream.on("error", () => {});
        stream.write(envelope(message("a")));
        await once(stream, "data");
        // The default of a unary call passes, with time to spare.
        await new Promise((resolve) => setTimeout(resolve, 300));
        stream.write(envelope(message("b")));
        await once(stream, "data");
        stream.end();
        stream.resume();
        const [trailers] = await once(stream, "trailers");
        assert.equal(trailers["grpc-status"], "0");
      });
    });

    describe("size limit", () => {
      const padded = (size: number) => {
        const text = "x".repeat(size - 3);
        const bytes = message(text);
        assert.equal(bytes.byteLength, size);
        return bytes;
      };
      it("of the router: N bytes pass, N + 1 do not", async () => {
        const headers = post("Echo", "application/grpc");
        assert.equal(statusOf(await rawHttp2(session, headers, [envelope(padded(1_000))])), "0");
        assert.equal(statusOf(await rawHttp2(session, headers, [envelope(padded(1_001))])), "8");
      });

      it("of one method: N bytes pass, N + 1 do not", async () => {
        const bytes = (size: number) => message("x".repeat(size - 2));
        const headers = post("EchoSmall", "application/proto");
        assert.equal((await rawHttp2(session, headers, [bytes(100)])).headers[":status"], 200);
        assert.equal((await rawHttp2(session, headers, [bytes(101)])).headers[":status"], 429);
      });

      it("refuses an announced size before the bytes come", async () => {
        const head = Buffer.from([0, 0, 0, 0x03, 0xe9]);
        const grpc = await rawHttp2(session, post("Echo", "application/grpc"), [head], false);
        assert.equal(statusOf(grpc), "8");
        const headers = post("Echo", "application/json", { "content-length": "1001" });
        const connect = await rawHttp2(session, headers, [], false);
        assert.equal(connect.headers[":status"], 429);
      });

      it("refuses a body without an announced size, over HTTP/1.1 too, while it comes", async () => {
        const chunk = `7d0\r\n${" ".repeat(2_000)}\r\n`;
        const answer = await rawHttp1(
          servers.h1Port,
          `POST ${path("Echo")} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`,
          /resource_exhausted/,
        );
        assert.match(answer, /^HTTP\/1.1 429 /);
      });
    });

    describe("survival", () => {
      it("outlives resets, hang-ups and unsendable headers", async () => {
        const streams = Array.from({ length: 20 }, (_, i) => {
          const stream = session.request(post("Echo", i % 2 ? "application/grpc" : "text/x"));
          stream.on("error", () => {});
          stream.write(envelope(message("wait")));
          return stream;
        });
        for (const stream of streams) stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
        const other = http2.connect(servers.h2);
        other.on("error", () => {});
        other.request(post("Echo", "application/grpc")).on("error", () => {});
        await once(other, "connect");
        other.destroy();
        const headers = post("Echo", "application/grpc");
        assert.equal(statusOf(await rawHttp2(session, headers, [envelope(message("x"))])), "0");
      });

      it("answers 400 to a host no URL can be made of", async () => {
        const answer = await rawHttp1(
          servers.h1Port,
          `POST ${path("Spell")} HTTP/1.1\r\nhost: a b\r\ncontent-type: application/connect+json\r\ncontent-length: 0\r\n\r\n`,
          /\r\n\r\n/,
        );
        assert.match(answer, /^HTTP\/1.1 400 /);
      });

      it("answers CONNECT and a foreign Expect", async () => {
        const connect = { ":method": "CONNECT", ":authority": "a:1" };
        assert.equal((await rawHttp2(session, connect, [], false)).headers[":status"], 501);
        const expect = post("Echo", "application/grpc", { expect: "a miracle" });
        assert.equal((await rawHttp2(session, expect, [])).headers[":status"], 417);
      });
    });
  });
}

describe("unsendable response headers", () => {
  it("become an internal error, and the connection lives on", async (t) => {
    const servers = await startServers();
    t.after(() => servers.close());
    const client = createClient(EchoService, createGrpcTransport({ baseUrl: servers.h2 }));
    await assert.rejects(
      client.echo({ text: "unsendable" }),
      (error: ConnectError) =>
        error.code === Code.Internal && error.rawMessage === "internal error",
    );
    assert.equal((await client.echo({ text: "well" })).text, "well");
  });
});

describe("options", () => {
  it("serves other paths by the fallback, which may throw", async (t) => {
    const servers = await startServers({
      fallback({ path }) {
        if (path === "/throw") throw new Error("at fault");
        return { status: 203, body: Buffer.from("other") };
      },
    });
    t.after(() => servers.close());
    assert.equal((await fetch(`${servers.h1}/other`)).status, 203);
    assert.equal((await fetch(`${servers.h1}/throw`)).status, 500);
  });

  it("hands every request with an Origin to the wrapped handler", async (t) => {
    const servers = await startServers({
      wrapHandler: (handler) => async (exchange) =>
        addHeader(await handler(exchange), { "access-control-allow-origin": "*" }),
    });
    t.after(() => servers.close());
    for (const origin of [undefined, "http://a"]) {
      const response = await fetch(`${servers.h1}${path("Echo")}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(origin && { origin }) },
        body: "{}",
      });
      const expected = origin === undefined ? null : "*";
      assert.equal(response.headers.get("access-control-allow-origin"), expected);
    }
  });

  it("serves under a prefix", async (t) => {
    const servers = await startServers({ requestPathPrefix: "/api" });
    t.after(() => servers.close());
    const transport = createConnectTransport({ baseUrl: `${servers.h1}/api`, httpVersion: "1.1" });
    assert.equal((await createClient(EchoService, transport).echo({ text: "x" })).text, "x");
  });

  it("refuses a default deadline it cannot keep", () => {
    for (const defaultTimeoutMs of [0, -1, 1.5, Number.NaN, 100_000_000]) {
      assert.throws(
        () => createUnaryAdapter({ routes: echoRoutes(), defaultTimeoutMs }),
        RangeError,
      );
    }
  });
});
