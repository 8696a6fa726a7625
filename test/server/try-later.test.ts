/**
 * What is refused now and may be tried again says when, in every protocol: by RetryInfo, by the header that gRPC's own
 * retries read (gRFC A6), and by HTTP's.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { pino } from "pino";
import { RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { ServerReflection } from "../../gen/ts/src/grpc/reflection/v1/reflection_pb.js";
import { Health } from "../../gen/ts/src/health/v1/health_pb.js";
import {
  TokenService,
  WatchRevocationsRequestSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import {
  NO_REGISTER,
  RevocationNotStoredError,
  type RevocationRegister,
  TooManyWatchersError,
  WatcherTooSlowError,
} from "../../src/revocation/register.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { createServer, type Server, type ServerDeps } from "../../src/server/server.js";
import { FairTurns } from "../../src/service/fair-turns.js";
import { askForRetry, noRoom } from "../../src/service/index.js";
import { pullRevocations } from "../../src/service/watch-revocations.js";
import { HeldBodies } from "../../src/transport/adapter/held-bodies.js";
import { ROOT } from "../support/buf.js";
import { fixedManager } from "../support/fixed-manager.js";
import { sendHttp1, sendHttp2 } from "../support/raw-request.js";

const KEY = generateApiKey();
const CALLER = {
  name: "gateway",
  api_keys: [{ sha256: digestApiKey(KEY) }],
  rpcs: ["IntrospectToken", "ValidateToken", "RevokeTokens", "WatchRevocations"],
};

/** A register that refuses what it is asked. */
const FAILING: RevocationRegister = {
  ...NO_REGISTER,
  isEnabled: true,
  isFresh: false,
  revoke: () => Promise.reject(new RevocationNotStoredError("the disk is full")),
  watch: () => {
    throw new TooManyWatchersError("a server process serves at most 1 watchers");
  },
};

const PROTOCOLS = [
  ["gRPC", createGrpcTransport],
  ["gRPC-Web", createGrpcWebTransport],
  ["Connect", createConnectTransport],
] as const;

/** A refusal over the wire: its code, and how a client of the server meets it. */
interface Refusal {
  readonly name: string;
  readonly code: Code;
  readonly callsPerSecond?: number;
  readonly meet: (transport: Transport, server: Server) => Promise<unknown>;
  /** Whether only a protocol with streams in both directions meets it. */
  readonly twoWay?: boolean;
}

const REFUSALS: readonly Refusal[] = [
  {
    name: "a caller beyond its rate",
    code: Code.ResourceExhausted,
    // So few that the second call is always one too many.
    callsPerSecond: 0.01,
    async meet(transport) {
      const client = createClient(TokenService, transport);
      await client.introspectToken({ token: "x" }).catch(() => {});
      return client.introspectToken({ token: "x" });
    },
  },
  {
    name: "a token that nobody vouches for while revocations may be missing",
    code: Code.Unavailable,
    meet: (transport) => createClient(TokenService, transport).validateToken({ token: "x" }),
  },
  {
    name: "a revocation that could not be stored",
    code: Code.Unavailable,
    meet: (transport) =>
      createClient(TokenService, transport).revokeTokens({
        targets: [{ target: { case: "sessionId", value: "a".repeat(32) } }],
      }),
  },
  {
    name: "a watcher too many",
    code: Code.ResourceExhausted,
    meet: (transport) => all(createClient(TokenService, transport).watchRevocations({})),
  },
  {
    name: "an open stream too many",
    code: Code.ResourceExhausted,
    async meet(transport) {
      const client = createClient(Health, transport);
      const controller = new AbortController();
      const { signal } = controller;
      try {
        for (let i = 0; i < 16; i++) await first(client.watch({}, { signal }));
        return await all(client.watch({}, { signal }));
      } finally {
        controller.abort();
      }
    },
  },
  {
    name: "a request too many on a reflection stream",
    code: Code.ResourceExhausted,
    twoWay: true,
    meet: (transport) =>
      all(
        createClient(ServerReflection, transport).serverReflectionInfo(
          (async function* () {
            for (let i = 0; i <= 1_000; i++) {
              yield { messageRequest: { case: "listServices" as const, value: "" } };
            }
          })(),
        ),
      ),
  },
  {
    name: "a stream at the end of the server",
    code: Code.Unavailable,
    async meet(transport, server) {
      const stream = createClient(Health, transport).watch({})[Symbol.asyncIterator]();
      await stream.next();
      const closed = server.close(20_000);
      try {
        for (;;) if ((await stream.next()).done) return undefined;
      } finally {
        await closed;
      }
    },
  },
];

/** Refusals whose causes need gigabytes or a slow peer, made where they arise. */
const UNREACHED: readonly (readonly [name: string, meet: () => unknown])[] = [
  [
    "batches that wait",
    async () => {
      const turns = new FairTurns(1);
      const owner = { network: "a", connection: {} };
      const { signal } = new AbortController();
      const items = Array.from({ length: 100 }, (_, i) => i);
      await turns.run({ items, step: (part) => part, size: 2, owner, signal: () => signal });
    },
  ],
  [
    "unfinished requests",
    () =>
      new HeldBodies(noRoom, 1).note(
        {
          giveUp(error) {
            throw error;
          },
        },
        {},
        10_000,
      ),
  ],
  [
    "a watcher that does not read",
    async () => {
      const watch = () => ({
        next: () => {
          throw new WatcherTooSlowError();
        },
        close: () => {},
      });
      const register = { ...FAILING, watch };
      const request = create(WatchRevocationsRequestSchema);
      const deps = { manager: await fixedManager(), register };
      pullRevocations(deps, request, undefined, () => {}, 0).next();
    },
  ],
];

describe("an error that asks for a retry", () => {
  it("says its time in each way, in whole units that are not too few", () => {
    for (const [waitMs, ms, seconds] of [
      [1, "1", "1"],
      [1_000, "1000", "1"],
      [1_999.5, "2000", "2"],
      [1_500.25, "1501", "2"],
      [61_000, "61000", "61"],
    ] as const) {
      const error = askForRetry(new ConnectError("busy", Code.Unavailable), waitMs);
      assert.deepEqual(waits(error), [Number(ms), ms, seconds]);
    }
  });

  for (const unaryAdapter of [true, false]) {
    for (const [protocol, createTransport] of PROTOCOLS) {
      for (const { name, code, callsPerSecond, meet, twoWay } of REFUSALS) {
        if (twoWay && protocol === "gRPC-Web") continue;
        const way = unaryAdapter ? "" : ", the long way";
        it(`is that of ${name}, over ${protocol}${way}`, async () => {
          const { server, baseUrl } = await start({ unaryAdapter }, callsPerSecond);
          try {
            const transport = createTransport({
              baseUrl,
              httpVersion: "2",
              interceptors: [
                (next) => (request) => {
                  request.header.set("authorization", `Bearer ${KEY}`);
                  return next(request);
                },
              ],
            });
            const error = await meet(transport, server).then(
              () => assert.fail("nothing was refused"),
              (error) => ConnectError.from(error),
            );
            assert.equal(Code[error.code], Code[code], error.message);
            const [retryInfo, pushback, retryAfter] = waits(error);
            assert.ok(retryInfo > 0);
            assert.deepEqual(
              [pushback, retryAfter],
              [`${retryInfo}`, `${Math.ceil(retryInfo / 1000)}`],
            );
          } finally {
            await server.close(0);
          }
        });
      }
    }
  }

  for (const [name, meet] of UNREACHED) {
    it(`is that of ${name}`, async () => {
      const error = await (async () => meet())().then(
        () => assert.fail("nothing was refused"),
        (error) => error as ConnectError,
      );
      assert.equal(error.code, Code.ResourceExhausted);
      assert.deepEqual(waits(error), [1_000, "1000", "1"]);
    });
  }

  it("is made in one place: all others of these codes are of messages that stay too large", () => {
    const made = ["service", "server", "transport"].flatMap((layer) =>
      readdirSync(join(ROOT, "src", layer), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join("src", layer, file))
        .filter((file) =>
          /Code\.(ResourceExhausted|Unavailable)\b/.test(readFileSync(join(ROOT, file), "utf8")),
        ),
    );
    assert.deepEqual(made.sort(), [
      "src/server/callers/refused-callers.ts", // through askForRetry: the rate
      "src/server/traces/call-tracer.ts", // which codes are faults of a server
      "src/service/revocation-rpcs.ts", // through askForRetry: freshness and storage
      "src/service/try-later.ts",
      "src/transport/adapter/errors.ts", // what a reset means, for the log
      "src/transport/adapter/held-bodies.ts", // the adapter's default, which the server replaces
      "src/transport/adapter/message-body.ts", // a message that is too large
      "src/transport/adapter/whole-body.ts", // a body that is too large
    ]);
  });
});

describe("over HTTP alone", () => {
  let running: Awaited<ReturnType<typeof start>>;
  before(async () => {
    running = await start({});
  });
  after(() => running.server.close(0));

  for (const [version, send] of [
    ["HTTP/1.1", sendHttp1],
    ["HTTP/2", sendHttp2],
  ] as const) {
    it(`503 has Retry-After, ${version}`, async () => {
      const { status, headers } = await send(running.baseUrl, {
        method: "POST",
        path: `/${TokenService.typeName}/ValidateToken`,
        headers: { "content-type": "application/json", authorization: `Bearer ${KEY}` },
        body: "{}",
      });
      assert.deepEqual([status, headers["retry-after"]], [503, "1"]);
    });

    it(`429 of a message that is too large has none: it would be too large again, ${version}`, async () => {
      const { status, headers } = await send(running.baseUrl, {
        method: "POST",
        path: `/${TokenService.typeName}/ValidateToken`,
        headers: { "content-type": "application/json", authorization: `Bearer ${KEY}` },
        body: JSON.stringify({ token: "x".repeat(100_000) }),
      });
      assert.deepEqual([status, headers["retry-after"]], [429, undefined]);
    });
  }
});

/** When to try again, as an error says it in each way: milliseconds, milliseconds, seconds. */
function waits(
  error: ConnectError,
): [retryInfo: number, pushback: string | null, after: string | null] {
  const [{ retryDelay } = { retryDelay: undefined }] = error.findDetails(RetryInfoSchema);
  const { seconds = 0n, nanos = 0 } = retryDelay ?? {};
  const { metadata } = error;
  return [
    Number(seconds) * 1000 + nanos / 1e6,
    metadata.get("grpc-retry-pushback-ms"),
    metadata.get("retry-after"),
  ];
}

async function start(
  deps: Partial<ServerDeps>,
  callsPerSecond = 1_000,
): Promise<{ server: Server; baseUrl: string }> {
  const row = { ...CALLER, calls_per_second: callsPerSecond };
  const callers = new KnownCallers(parseCallers(JSON.stringify({ callers: [row] })), () => false);
  const logger = pino({ level: "silent" });
  const manager = await fixedManager();
  const server = createServer({ manager, logger, callers, register: FAILING, ...deps });
  const { port } = await server.listen(0, "127.0.0.1");
  return { server, baseUrl: `http://127.0.0.1:${port}` };
}

/** Waits for the first message, and leaves the stream open. */
async function first(stream: AsyncIterable<unknown>): Promise<void> {
  await stream[Symbol.asyncIterator]().next();
}

async function all(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
