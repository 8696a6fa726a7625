import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Interceptor, Transport } from "@connectrpc/connect";
import { Code, ConnectError, createClient, createContextKey } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { EchoRequestSchema, EchoService } from "./gen/adaptertest/v1/echo_pb.js";
import type { TestServers } from "./support.js";
import { echoRoutes, startServers } from "./support.js";

const who = createContextKey("nobody");

const nameFromHeader: Interceptor = (next) => async (request) => {
  request.contextValues.set(who, request.header.get("x-who") ?? "nobody");
  const response = await next(request);
  response.header.set("x-intercepted", "yes");
  return response;
};

/** Passes on a request of its own making, as interceptors may. */
const replaceHeader: Interceptor = (next) => (request) =>
  next({ ...request, header: new Headers({ "x-ask": "replaced" }) });

const transports: Record<string, (servers: TestServers) => Transport> = {
  gRPC: ({ h2 }) => createGrpcTransport({ baseUrl: h2 }),
  "Connect binary, HTTP/2": ({ h2 }) =>
    createConnectTransport({ baseUrl: h2, httpVersion: "2", useBinaryFormat: true }),
  "Connect JSON, HTTP/2": ({ h2 }) => createConnectTransport({ baseUrl: h2, httpVersion: "2" }),
  "Connect binary, HTTP/1.1": ({ h1 }) =>
    createConnectTransport({ baseUrl: h1, httpVersion: "1.1", useBinaryFormat: true }),
  "Connect JSON, HTTP/1.1": ({ h1 }) => createConnectTransport({ baseUrl: h1, httpVersion: "1.1" }),
  "gRPC-Web, HTTP/1.1": ({ h1 }) => createGrpcWebTransport({ baseUrl: h1, httpVersion: "1.1" }),
  "Connect JSON, GET": ({ h2 }) =>
    createConnectTransport({ baseUrl: h2, httpVersion: "2", useHttpGet: true }),
};

async function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    () => assert.fail("the call succeeded"),
    (reason) => ConnectError.from(reason),
  );
}

for (const enabled of [true, false]) {
  for (const [name, makeTransport] of Object.entries(transports)) {
    describe(`${name}, short way ${enabled ? "on" : "off"}`, () => {
      let servers: TestServers;
      let transport: Transport;
      let released: Promise<unknown>;
      const client = () => createClient(EchoService, transport);
      before(async () => {
        let release: (reason: unknown) => void = () => {};
        released = new Promise((resolve) => {
          release = resolve;
        });
        servers = await startServers({
          enabled,
          routes: echoRoutes({
            echoSmall: (request, context) => ({
              text: `${request.text} ${context.values.get(who)} ${context.requestHeader.get("x-ask")}`,
            }),
            look: (_, { signal }) =>
              new Promise((_resolve, reject) => {
                signal.addEventListener("abort", () => {
                  release(signal.reason);
                  reject(signal.reason);
                });
              }),
          }),
          interceptors: [nameFromHeader],
        });
        transport = makeTransport(servers);
      });
      after(() => servers.close());

      it("echoes text and bytes, none and many", async () => {
        const data = Uint8Array.from({ length: 100_000 }, (_, i) => i);
        const response = await client().echo({ text: "ä🌍", data });
        assert.equal(response.text, "ä🌍");
        assert.ok(Buffer.from(data).equals(response.data));
        assert.equal((await client().echo({})).text, "");
      });

      it("carries headers and trailers both ways", async () => {
        const header = new Headers();
        const trailer = new Headers();
        await client().echo(
          { text: "headers" },
          {
            headers: { "x-ask": "asked" },
            onHeader: (got) => got.forEach((value, key) => void header.append(key, value)),
            onTrailer: (got) => got.forEach((value, key) => void trailer.append(key, value)),
          },
        );
        assert.equal(header.get("x-head"), "asked");
        assert.equal(header.get("x-intercepted"), "yes");
        assert.equal(trailer.get("x-tail"), "end");
      });

      it("gives interceptors and handlers the same context values", async () => {
        const response = await client().echoSmall(
          { text: "I am" },
          { headers: { "x-who": "Ada" } },
        );
        assert.equal(response.text, "I am Ada null");
      });

      it("carries an error with its code, text, metadata and details", async () => {
        const error = await errorOf(client().echo({ text: "fail" }));
        assert.equal(error.code, Code.NotFound);
        assert.equal(error.rawMessage, "no such thing: ä%");
        assert.equal(error.metadata.get("x-meta"), "m");
        assert.equal(error.findDetails(EchoRequestSchema)[0]?.text, "detail");
      });

      it("carries headers set before an error", async () => {
        const error = await errorOf(client().echo({ text: "fail with headers" }));
        assert.equal(error.code, Code.Aborted);
        assert.equal(error.metadata.get("x-head"), "set before failing");
      });

      it("hides what an unforeseen exception says", async () => {
        const error = await errorOf(client().echo({ text: "crash" }));
        assert.equal(error.code, Code.Internal);
        assert.equal(error.rawMessage, "internal error");
      });

      it("answers a method without implementation", async () => {
        const error = await errorOf(client().missing({}));
        assert.equal(error.code, Code.Unimplemented);
      });

      it("serves streams", async () => {
        const letters: string[] = [];
        for await (const { text } of client().spell({ text: "abc" })) letters.push(text);
        assert.deepEqual(letters, ["a", "b", "c"]);
      });

      it("tells the handler when the client cancels", async () => {
        const controller = new AbortController();
        const call = errorOf(client().look({}, { signal: controller.signal }));
        setTimeout(() => controller.abort(), 50);
        assert.equal((await call).code, Code.Canceled);
        assert.ok((await released) instanceof Error);
      });

      it("ends a call whose deadline passes", async () => {
        const error = await errorOf(client().look({}, { timeoutMs: 30 }));
        assert.equal(error.code, Code.DeadlineExceeded);
      });
    });
  }
}

describe("an interceptor that replaces the request", () => {
  for (const enabled of [true, false]) {
    it(`is heard by the handler, short way ${enabled ? "on" : "off"}`, async (t) => {
      const servers = await startServers({
        enabled,
        interceptors: [nameFromHeader, replaceHeader],
      });
      t.after(() => servers.close());
      const client = createClient(EchoService, createGrpcTransport({ baseUrl: servers.h2 }));
      let head: string | null = "";
      await client.echo(
        { text: "headers" },
        {
          headers: { "x-ask": "asked" },
          onHeader: (got) => {
            head = got.get("x-head");
          },
        },
      );
      assert.equal(head, "replaced");
    });
  }
});

describe("the handler's context", () => {
  it("knows protocol, verb and URL", async (t) => {
    const servers = await startServers();
    t.after(() => servers.close());
    for (const [name, protocol] of [
      ["gRPC", "grpc"],
      ["Connect JSON, HTTP/1.1", "connect"],
      ["gRPC-Web, HTTP/1.1", "grpc-web"],
    ] as const) {
      const client = createClient(EchoService, transports[name]!(servers));
      const { text } = await client.echo({ text: "context" });
      assert.equal(text, `${protocol},POST,/adaptertest.v1.EchoService/Echo`);
    }
  });

  it("can be spread, and counts whole milliseconds", async (t) => {
    const servers = await startServers({
      defaultTimeoutMs: 60_000,
      routes: echoRoutes({
        echo: (_, context) => {
          const copy = { ...context };
          const left = copy.timeoutMs() ?? -1;
          return { text: `${copy.signal.aborted} ${copy.protocolName} ${BigInt(left) > 0n}` };
        },
      }),
    });
    t.after(() => servers.close());
    const client = createClient(EchoService, createGrpcTransport({ baseUrl: servers.h2 }));
    assert.equal((await client.echo({})).text, "false grpc true");
  });

  it("sees the shutdown signal with its reason", async (t) => {
    const shutdown = new AbortController();
    const servers = await startServers({
      shutdownSignal: shutdown.signal,
      routes: echoRoutes({
        echo: (_, { signal }) => {
          shutdown.abort(new ConnectError("going down", Code.Unavailable));
          assert.ok(signal.aborted);
          throw signal.reason;
        },
        look: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason));
            shutdown.abort(new ConnectError("going down", Code.Unavailable));
          }),
      }),
    });
    t.after(() => servers.close());
    const client = createClient(EchoService, createGrpcTransport({ baseUrl: servers.h2 }));
    assert.equal((await errorOf(client.look({}))).code, Code.Unavailable);
    assert.equal((await errorOf(client.echo({}))).code, Code.Unavailable);
  });
});
