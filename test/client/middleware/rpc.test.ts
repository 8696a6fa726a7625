/** The interceptors for Connect and for @grpc/grpc-js, in real servers: unary calls and streams. */
import assert from "node:assert/strict";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type Client,
  Code,
  ConnectError,
  type ConnectRouter,
  createClient,
  createRouterTransport,
  type HandlerContext,
} from "@connectrpc/connect";
import {
  connectNodeAdapter,
  createGrpcTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import {
  claimsOfCall,
  createGrpcJsInterceptor,
  forwardedMetadata,
} from "../../../src/client/middleware/grpc-js-interceptor.js";
import {
  createConnectInterceptor,
  createTokenGuard,
  forwardedToken,
  seeAllAuthorization,
  type TokenGuard,
  tokenClaims,
} from "../../../src/client/middleware/index.js";
import {
  type Endpoint,
  guardSuite,
  policyOf,
  type StartProtected,
  startGuardFixture,
} from "../../support/guard-suite.js";
import {
  type EchoRequest,
  EchoResponseSchema,
  EchoService,
} from "../../transport/adapter/gen/adaptertest/v1/echo_pb.js";

const NAME = "adaptertest.v1.EchoService";
const POLICY = policyOf({
  read: [`/${NAME}/Echo`, `/${NAME}/Spell`],
  either: [`/${NAME}/Join`],
  optional: [`/${NAME}/Chat`],
  any: [`/${NAME}/EchoSmall`],
  open: [`/${NAME}/Look`],
});
/** Refusals by code, message and challenge. */
const REFUSALS: Record<string, string> = {
  "Unauthenticated a bearer token is required Bearer": "no token",
  'Unauthenticated the bearer token is not valid Bearer error="invalid_token"': "invalid token",
  'Unauthenticated the bearer token has expired Bearer error="invalid_token", error_description="the token has expired"':
    "expired token",
  'PermissionDenied a permission is missing Bearer error="insufficient_scope"':
    "permission missing",
  'PermissionDenied a permission is missing Bearer error="insufficient_scope", scope="notes:read"':
    "scope missing",
  "Unavailable tokens cannot be checked at present null": "unavailable",
};

/** Every method answers with the user whom its interceptor tells it of. */
const startConnect: StartProtected = async (guard) => {
  const server = http2.createServer(connectHandler(guard));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return asking(port, () => new Promise((resolve) => server.close(resolve)));
};

function connectHandler(guard: TokenGuard) {
  const answer = (context: HandlerContext) =>
    create(EchoResponseSchema, { text: context.values.get(tokenClaims)?.userId ?? "nobody" });
  const unary = (_request: EchoRequest, context: HandlerContext) => answer(context);
  async function* stream(_request: unknown, context: HandlerContext) {
    yield answer(context);
  }
  const routes = (router: ConnectRouter) =>
    router.service(EchoService, {
      echo: unary,
      echoSmall: unary,
      look: unary,
      missing: unary,
      join: async (_requests, context) => answer(context),
      spell: stream,
      chat: stream,
    });
  const interceptors = [createConnectInterceptor(guard, POLICY, { services: [EchoService] })];
  return connectNodeAdapter({ routes, interceptors, contextValues: seeAllAuthorization });
}

const startGrpcJs: StartProtected = async (guard) => {
  const interceptor = createGrpcJsInterceptor(guard, POLICY, { services: [definition()] });
  const server = new grpc.Server({ interceptors: [interceptor] });
  const answer = (call: { metadata: grpc.Metadata }) =>
    create(EchoResponseSchema, { text: claimsOfCall(call)?.userId ?? "nobody" });
  const unary: grpc.handleUnaryCall<unknown, unknown> = (call, reply) => reply(null, answer(call));
  server.addService(definition(), {
    Echo: unary,
    EchoSmall: unary,
    Look: unary,
    Missing: unary,
    Join: ((call, reply) => {
      call.resume().on("end", () => reply(null, answer(call)));
    }) satisfies grpc.handleClientStreamingCall<unknown, unknown>,
    Spell: ((call) => {
      call.write(answer(call));
      call.end();
    }) satisfies grpc.handleServerStreamingCall<unknown, unknown>,
    Chat: ((call) => {
      call.resume().on("end", () => call.end());
      call.write(answer(call));
    }) satisfies grpc.handleBidiStreamingCall<unknown, unknown>,
  });
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
  return asking(port, async () => server.forceShutdown());
};

/** The service as @grpc/grpc-js describes one. */
function definition(): grpc.ServiceDefinition {
  const serialize = (schema: DescMessage) => (message: MessageShape<DescMessage>) =>
    Buffer.from(toBinary(schema, message));
  const deserialize = (schema: DescMessage) => (bytes: Buffer) =>
    fromBinary(schema, new Uint8Array(bytes));
  return Object.fromEntries(
    EchoService.methods.map(({ name, methodKind, input, output }) => [
      name,
      {
        path: `/${NAME}/${name}`,
        requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
        responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
        requestSerialize: serialize(input),
        requestDeserialize: deserialize(input),
        responseSerialize: serialize(output),
        responseDeserialize: deserialize(output),
      },
    ]),
  );
}

/** Asks over gRPC. Of "read" every kind of method is asked, and all must give the same. */
function asking(port: number, stop: () => Promise<unknown>) {
  const baseUrl = `http://127.0.0.1:${port}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const client = createClient(EchoService, createGrpcTransport({ baseUrl, sessionManager }));
  return {
    async ask(endpoint: Endpoint, [authorization]: readonly string[]) {
      const headers = authorization === undefined ? {} : { authorization };
      const outcomes = await Promise.all(
        CALLS[endpoint].map((call) => outcome(client, call, headers)),
      );
      assert.equal(new Set(outcomes).size, 1, outcomes.join(", "));
      return outcomes[0] as string;
    },
    close() {
      sessionManager.abort();
      return stop();
    },
  };
}

type Call = (client: Client<typeof EchoService>, headers: HeadersInit) => Promise<{ text: string }>;

const REQUEST = { text: "a" };
const CALLS: Record<Endpoint, Call[]> = {
  read: [
    (client, headers) => client.echo(REQUEST, { headers }),
    (client, headers) => only(client.spell(REQUEST, { headers })),
  ],
  either: [(client, headers) => client.join(once(), { headers })],
  optional: [(client, headers) => only(client.chat(once(), { headers }))],
  any: [(client, headers) => client.echoSmall(REQUEST, { headers })],
  open: [(client, headers) => client.look(REQUEST, { headers })],
  unnamed: [(client, headers) => client.missing(REQUEST, { headers })],
};

async function outcome(client: Client<typeof EchoService>, call: Call, headers: HeadersInit) {
  try {
    return (await call(client, headers)).text;
  } catch (error) {
    assert.ok(error instanceof ConnectError);
    assert.deepEqual(error.details, []);
    const challenge = error.metadata.get("www-authenticate");
    const seen = `${Code[error.code]} ${error.rawMessage} ${challenge}`;
    return REFUSALS[seen] ?? seen;
  }
}

async function* once() {
  yield REQUEST;
}

async function only<T>(messages: AsyncIterable<T>): Promise<T> {
  const all: T[] = [];
  for await (const message of messages) all.push(message);
  assert.equal(all.length, 1);
  return all[0] as T;
}

guardSuite("connect", startConnect);
guardSuite("grpc-js", startGrpcJs);

describe("RPC interceptors", () => {
  for (const [name, start] of Object.entries({ connect: startConnect, "grpc-js": startGrpcJs })) {
    it(`${name}: gives up asking when the caller gives up`, { timeout: 20_000 }, async () => {
      let asked: AbortSignal | undefined;
      const guard = fakeGuard((_authorization, _requirement, about) => {
        asked = about?.signal;
        return new Promise(() => {});
      });
      const server = await start(guard);
      const answer = server.ask("any", []);
      while (!asked) await new Promise((resolve) => setTimeout(resolve, 5));
      await server.close();
      assert.match(await answer, /^Canceled/);
      while (!asked.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    });
  }

  it("connect: refuses two headers, of which Node would show the first", async (t) => {
    const fixture = await startGuardFixture();
    const server = http.createServer(connectHandler(createTokenGuard(fixture.client)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    t.after(async () => {
      await new Promise((resolve) => server.close(resolve));
      await fixture.close();
    });
    const good = `Bearer ${fixture.tokens.reader}`;
    assert.equal(await postEcho(port, [good]), 200);
    assert.equal(await postEcho(port, [good, good]), 401);
    assert.equal(await postEcho(port, []), 401);
  });

  it("connect: goes by the joined header where a platform shows no other", async () => {
    const seen: (readonly string[])[] = [];
    const guard = fakeGuard(async (authorization) => {
      seen.push(authorization);
      return {};
    });
    const routes = (router: ConnectRouter) =>
      router.service(EchoService, { echo: () => create(EchoResponseSchema) });
    const interceptors = [createConnectInterceptor(guard, POLICY)];
    const transport = createRouterTransport(routes, { router: { interceptors } });
    const client = createClient(EchoService, transport);
    const headers = new Headers([
      ["authorization", "Bearer a"],
      ["authorization", "Bearer b"],
    ]);
    await client.echo(REQUEST, { headers });
    await client.echo(REQUEST);
    assert.deepEqual(seen, [["Bearer a, Bearer b"], []]);
  });

  it("refuses a rule for an RPC that the services do not have", () => {
    const guard = fakeGuard(async () => ({}));
    for (const rule of [`/${NAME}/Ecko`, "/adaptertest.v1.Echo/", `/${NAME}x/Echo`]) {
      const policy = { ...POLICY, [rule]: ["notes:read"] };
      const connect = () => createConnectInterceptor(guard, policy, { services: [EchoService] });
      const grpcJs = () => createGrpcJsInterceptor(guard, policy, { services: [definition()] });
      for (const create of [connect, grpcJs]) {
        assert.throws(
          create,
          (error: Error) => error instanceof TypeError && error.message.includes(rule),
        );
      }
    }
  });

  it("takes the token and gives the answer that the program wants", async (t) => {
    const fixture = await startGuardFixture();
    t.after(() => fixture.close());
    const faults: unknown[] = [];
    const guard = createTokenGuard(fixture.client, { onFault: (error) => faults.push(error) });
    const interceptor = createConnectInterceptor(guard, POLICY, {
      tokenFrom: (header) => header.get("cookie")?.split("session=")[1],
      onRefusal({ reason }, path) {
        if (reason === "TOKEN_INVALID") throw new Error("the program's own fault");
        return new ConnectError(`${path}: ${reason}`, Code.FailedPrecondition);
      },
    });
    const routes = (router: ConnectRouter) =>
      router.service(EchoService, {
        echo: () => create(EchoResponseSchema),
      });
    const transport = createRouterTransport(routes, { router: { interceptors: [interceptor] } });
    const client = createClient(EchoService, transport);
    const echo = (cookie: string) => client.echo(REQUEST, { headers: { cookie } });
    await echo(`session=${fixture.tokens.reader}`);
    await assert.rejects(echo("none"), /Echo: TOKEN_MISSING/);
    await assert.rejects(echo("session=abc"), /the bearer token is not valid/);
    assert.match(String(faults), /the program's own fault/);
  });

  it("forwards the user's token and nothing else", async (t) => {
    const fixture = await startGuardFixture();
    t.after(() => fixture.close());
    const guard = createTokenGuard(fixture.client);
    const seen: unknown[] = [];
    const routes = (router: ConnectRouter) =>
      router.service(EchoService, {
        chat(_requests, context) {
          seen.push(forwardedToken(context));
          return once();
        },
      });
    const interceptors = [createConnectInterceptor(guard, POLICY)];
    const transport = createRouterTransport(routes, { router: { interceptors } });
    const client = createClient(EchoService, transport);
    const authorization = `Bearer ${fixture.tokens.reader}`;
    await only(client.chat(once(), { headers: { authorization } }));
    await only(client.chat(once()));
    assert.deepEqual(seen, [{ authorization }, {}]);

    const metadata = new grpc.Metadata();
    metadata.set("authorization", authorization);
    assert.deepEqual(forwardedMetadata({ metadata }).getMap(), {});
    assert.equal(await admitted(guard, metadata), "proceeds");
    assert.deepEqual(forwardedMetadata({ metadata }).getMap(), { authorization });
  });

  it("grpc-js: refuses two values, and a guard that fails", async (t) => {
    const fixture = await startGuardFixture();
    t.after(() => fixture.close());
    const metadata = new grpc.Metadata();
    metadata.add("authorization", `Bearer ${fixture.tokens.reader}`);
    assert.equal(await admitted(createTokenGuard(fixture.client), metadata), "proceeds");
    metadata.add("authorization", `Bearer ${fixture.tokens.reader}`);
    assert.equal(
      await admitted(createTokenGuard(fixture.client), metadata),
      "16 the bearer token is not valid",
    );
    const failing = fakeGuard(() => Promise.reject(new Error("secret detail")));
    assert.equal(await admitted(failing, metadata), "14 tokens cannot be checked at present");
  });
});

/** A guard that decides as a test wants it. */
function fakeGuard(admit: TokenGuard["admit"]): TokenGuard {
  return {
    admit,
    admitToken: (token, ...rest) => admit([`Bearer ${token}`], ...rest),
    report() {},
    close() {},
  };
}

/** The status of a Connect call with these authorization headers, over HTTP/1.1. */
function postEcho(port: number, authorization: string[]): Promise<number | undefined> {
  const raw = authorization.flatMap((value) => ["Authorization", value]);
  const fixed = ["Host", "127.0.0.1", "Connection", "close", "Content-Type", "application/json"];
  const headers = [...fixed, "Content-Length", "2", ...raw];
  const options = { host: "127.0.0.1", port, path: `/${NAME}/Echo`, method: "POST", headers };
  return new Promise((resolve, reject) => {
    http
      .request(options as unknown as http.RequestOptions, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on("error", reject)
      .end("{}");
  });
}

type Listener = Parameters<grpc.ServerInterceptingCall["start"]>[0];

/** What the interceptor does with a call of this metadata; no HTTP/2 client of Node can send two. */
function admitted(guard: TokenGuard, metadata: grpc.Metadata): Promise<string> {
  const interceptor = createGrpcJsInterceptor(guard, { "/notes.v1.Notes/": "anyValidToken" });
  return new Promise((resolve) => {
    const base = {
      start: (listener: Listener) => listener.onReceiveMetadata(metadata),
      sendStatus: (status: { code: number; details: string }) =>
        resolve(`${status.code} ${status.details}`),
    };
    const method = { ...definition().Echo, path: "/notes.v1.Notes/List" };
    const call = interceptor(method as never, base as never);
    call.start({
      onReceiveMetadata: () => resolve("proceeds"),
      onReceiveMessage() {},
      onReceiveHalfClose() {},
      onCancel() {},
    });
  });
}
