import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import http2 from "node:http2";
import { afterEach, describe, it } from "node:test";
import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import type { HandlerContext, Transport } from "@connectrpc/connect";
import {
  Code,
  ConnectError,
  createClient,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import type { DirectMethod, Ended } from "../../../src/transport/adapter/index.js";
import { EchoResponseSchema, EchoService } from "./gen/adaptertest/v1/echo_pb.js";
import type { TestServers } from "./support.js";
import { echoRoutes, startServers } from "./support.js";

const PATH = "/adaptertest.v1.EchoService/Echo";
const who = createContextKey("nobody");
const transports: Record<string, (servers: TestServers) => Transport> = {
  "gRPC, short way": ({ h2 }) => createGrpcTransport({ baseUrl: h2 }),
  "Connect binary, short way": ({ h2 }) =>
    createConnectTransport({ baseUrl: h2, httpVersion: "2", useBinaryFormat: true }),
  "Connect JSON over HTTP/1.1, short way": ({ h1 }) =>
    createConnectTransport({ baseUrl: h1, httpVersion: "1.1" }),
  "gRPC-Web, long way": ({ h2 }) => createGrpcWebTransport({ baseUrl: h2, httpVersion: "2" }),
};

let servers: TestServers;
afterEach(() => servers.close());

/** What `ended` was told, once something was. */
function recorder() {
  const told: [string, string, string | undefined][] = [];
  const calls = new EventEmitter();
  const first = once(calls, "ended");
  const ended: Ended = ({ method }, values, error) => {
    told.push([method.name, values?.get(who) ?? "no values", error && Code[error.code]]);
    calls.emit("ended");
  };
  const wait = async () => {
    await first;
    return told;
  };
  return { ended, wait };
}

const authorize = () => createContextValues().set(who, "somebody");

for (const [name, makeTransport] of Object.entries(transports)) {
  describe(`ended: ${name}`, () => {
    const run = async (text: string, options: Parameters<typeof startServers>[0] = {}) => {
      const { ended, wait } = recorder();
      servers = await startServers({ authorize, ended, ...options });
      const client = createClient(EchoService, makeTransport(servers));
      await client.echo({ text }).catch(() => {});
      return wait();
    };

    it("is told of an answer", async () => {
      assert.deepEqual(await run("hello"), [["Echo", "somebody", undefined]]);
    });

    it("is told of an error as the client is", async () => {
      assert.deepEqual(await run("fail"), [["Echo", "somebody", "NotFound"]]);
      await servers.close();
      assert.deepEqual(await run("crash"), [["Echo", "somebody", "Internal"]]);
    });

    it("is told of a call that is refused", async () => {
      const refuse = () => {
        throw new ConnectError("no", Code.PermissionDenied);
      };
      const told = await run("hello", { authorize: refuse });
      assert.deepEqual(told, [["Echo", "no values", "PermissionDenied"]]);
    });

    it("sends the headers that every answer has, errors too", async () => {
      servers = await startServers({ responseHeaders: { "x-every": "answer" } });
      const client = createClient(EchoService, makeTransport(servers));
      for (const text of ["hello", "headers", "fail", "crash"]) {
        let seen: string | null = null;
        const onHeader = (header: Headers) => {
          seen = header.get("x-every");
        };
        await client.echo({ text }, { onHeader }).catch((error: ConnectError) => {
          seen ??= error.metadata.get("x-every");
        });
        assert.equal(seen, "answer", text);
      }
    });
  });
}

it("ended is told of a client that goes away, once", async () => {
  const { ended, wait } = recorder();
  const calls = new EventEmitter();
  const arrived = once(calls, "arrived");
  const tell = () => {
    calls.emit("arrived");
    return authorize();
  };
  servers = await startServers({ authorize: tell, ended });
  const session = http2.connect(servers.h2);
  const headers = { ":method": "POST", ":path": PATH, "content-type": "application/grpc" };
  const stream = session.request(headers);
  stream.on("error", () => {});
  stream.write(Buffer.alloc(3));
  await arrived;
  session.destroy();
  await once(stream, "close");
  assert.deepEqual(await wait(), [["Echo", "somebody", "Canceled"]]);
});

it("ended is told of an answer that could not be sent as what the client was told", async () => {
  const { ended, wait } = recorder();
  servers = await startServers({ authorize, ended });
  const client = createClient(EchoService, createGrpcTransport({ baseUrl: servers.h2 }));
  await assert.rejects(client.echo({ text: "unsendable" }), { code: Code.Internal });
  assert.deepEqual(await wait(), [["Echo", "somebody", "Internal"]]);
});

it("the bytes of a request lie in memory of their own", async () => {
  let held = 0;
  const echo = ({ data }: { data: Uint8Array }) => {
    held = data.buffer.byteLength;
    return { text: "" };
  };
  servers = await startServers({ routes: echoRoutes({ echo }) });
  const client = createClient(EchoService, createGrpcTransport({ baseUrl: servers.h2 }));
  await client.echo({ data: new Uint8Array(100) });
  assert.ok(held < 120, `${held} bytes`);
});

it("a handler's context stays what it was after the answer", async () => {
  let later: () => string | null = () => null;
  const echo = (_request: unknown, context: HandlerContext) => {
    later = () => `${context.requestHeader.get("x-ask")} ${context.values.get(who)}`;
    return { text: "" };
  };
  servers = await startServers({ authorize, routes: echoRoutes({ echo }) });
  const client = createClient(EchoService, createGrpcTransport({ baseUrl: servers.h2 }));
  await client.echo({ text: "" }, { headers: { "x-ask": "me" } });
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(later(), "me somebody");
});

describe("direct methods", () => {
  const direct = (calls: string[]): ReadonlyMap<never, DirectMethod> => {
    const message = (value: unknown) => create(EchoResponseSchema, { text: String(value) });
    const echo: DirectMethod = {
      call(request, context) {
        const { text } = request as never as { text: string };
        calls.push(`${context.protocolName} ${context.method.name} ${context.values.get(who)}`);
        if (text === "fail") throw new ConnectError("no such thing", Code.NotFound);
        return `direct ${text}`;
      },
      toBinary(value, reserve) {
        const bytes = toBinary(EchoResponseSchema, message(value));
        return Buffer.concat([Buffer.alloc(reserve, 0xff), bytes]);
      },
      toJson: (value) => toJsonString(EchoResponseSchema, message(value)),
    };
    return new Map([[EchoService.method.echo as never, echo]]);
  };

  for (const [name, makeTransport] of Object.entries(transports)) {
    it(`${name}: ${name.includes("short") ? "asked in place of" : "not asked before"} the handler`, async () => {
      const calls: string[] = [];
      servers = await startServers({ authorize, direct: direct(calls) });
      const client = createClient(EchoService, makeTransport(servers));
      const { text } = await client.echo({ text: "hello" });
      const protocol = name.startsWith("gRPC") ? "grpc" : "connect";
      if (name.includes("short")) {
        assert.equal(text, "direct hello");
        assert.deepEqual(calls, [`${protocol} Echo somebody`]);
      } else {
        assert.equal(text, "hello");
      }
      await assert.rejects(client.echo({ text: "fail" }), { code: Code.NotFound });
    });
  }

  it("are left aside where interceptors want to see messages", async () => {
    servers = await startServers({ direct: direct([]), interceptors: [(next) => next] });
    const client = createClient(EchoService, createGrpcTransport({ baseUrl: servers.h2 }));
    assert.equal((await client.echo({ text: "hello" })).text, "hello");
  });
});
