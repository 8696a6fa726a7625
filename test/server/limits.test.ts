/** Every limit at its edge, N and N + 1, over every protocol. docs/limits.md is the list. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { after, before, describe, it } from "node:test";
import type { JsonValue } from "@bufbuild/protobuf";
import { createKeyset, SecureTokenManager } from "../../src/core/index.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { type RawClient, type RawRequest, rawHttp1, rawHttp2 } from "../fuzz/raw-client.js";
import { outcomeOf } from "../fuzz/request-bodies.js";
import { NOW_MICROS, testKey } from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";
import { payloadText, sealBytes } from "../support/sealed.js";
import { callRequest, type MethodName, messageBytes, WAYS, type Way } from "../support/ways.js";

const KIB = 1024;
const key = await testKey("one");
const manager = new SecureTokenManager(createKeyset([key]), { clock: () => NOW_MICROS });
const { token } = manager.generateToken("user_123", { permissions: ["read"], expiresInHours: 1 });

/** An authentic token whose ciphertext has so many blocks: 284 make 8,184 characters, 285 make 8,208. */
function tokenOfBlocks(blocks: number): string {
  const filler = blocks * 16 - 1 - payloadText({ additional_data: { x: "" } }).length;
  return sealBytes(key, payloadText({ additional_data: { x: "x".repeat(filler) } }));
}

function nested(depth: number): JsonValue {
  return depth === 1 ? {} : { a: nested(depth - 1) };
}

interface Edge {
  readonly limit: string;
  readonly method: MethodName;
  /** The request with `n` of what is limited. */
  readonly input: (n: number) => JsonValue;
  readonly n: number;
  /** What N ends with; N + 1 ends with `beyond`. */
  readonly at?: string;
  readonly beyond?: string;
  /** Whether it is the message's bytes that are counted. */
  readonly bytes?: boolean;
}

const generate = (more: Record<string, JsonValue>) => ({ userId: "user_123", ...more });
const many = (n: number, text = "read") => Array.from({ length: n }, () => text);
const oversize = { bytes: true, beyond: "resource_exhausted" } as const;

const EDGES: readonly Edge[] = [
  {
    limit: "message of 64 KiB",
    method: "generateToken",
    n: 64 * KIB,
    input: () => generate({}),
    ...oversize,
  },
  {
    limit: "batch of 1 MiB",
    method: "batchValidateTokens",
    n: KIB * KIB,
    input: () => ({ tokens: [token] }),
    ...oversize,
  },
  {
    limit: "token of 8,192 characters",
    method: "validateToken",
    n: 284,
    input: (n) => ({ token: tokenOfBlocks(n) }),
    beyond: "unauthenticated",
  },
  {
    limit: "text of 8,192 characters that is no token",
    method: "validateToken",
    n: 8192,
    input: (n) => ({ token: "A".repeat(n) }),
    at: "unauthenticated",
    beyond: "unauthenticated",
  },
  {
    limit: "1,000 tokens in a batch",
    method: "batchValidateTokens",
    n: 1000,
    input: (n) => ({ tokens: many(n, token) }),
  },
  {
    limit: "256 permissions to check",
    method: "checkPermissions",
    n: 256,
    input: (n) => ({ token, permissions: many(n) }),
  },
  {
    limit: "required_permission of 128 characters",
    method: "checkPermission",
    n: 128,
    input: (n) => ({ token, requiredPermission: "é".repeat(n) }),
    at: "permission_denied",
  },
  {
    limit: "64 permissions",
    method: "generateToken",
    n: 64,
    input: (n) => generate({ permissions: many(n) }),
  },
  {
    limit: "permission of 30 characters",
    method: "generateToken",
    n: 30,
    input: (n) => generate({ permissions: ["é".repeat(n)] }),
  },
  {
    limit: "user_id of 256 characters",
    method: "generateToken",
    n: 256,
    input: (n) => generate({ userId: "é".repeat(n) }),
  },
  {
    limit: "additional_data of 4 KiB",
    method: "generateToken",
    n: 4 * KIB,
    input: (n) => generate({ additionalData: { k: "x".repeat(n - '{"k":""}'.length) } }),
  },
  {
    limit: "additional_data of 32 levels",
    method: "generateToken",
    n: 32,
    input: (n) => generate({ additionalData: nested(n) }),
  },
  {
    limit: "additional_data of 256 values",
    method: "generateToken",
    n: 256,
    // The object and the list are values too.
    input: (n) => generate({ additionalData: { a: Array.from({ length: n - 2 }, () => 0) } }),
  },
  {
    limit: "lifetime of 8,760 hours",
    method: "generateToken",
    n: 8760 * 3600,
    input: (n) => generate({ expiresIn: `${n}s` }),
  },
];

let server: ProductServer;
/** The same with a default deadline that a test can wait for. */
let hasty: ProductServer;
let clients: Record<1 | 2, RawClient>;

before(async () => {
  server = await startProductServer(manager);
  hasty = await startProductServer(manager, ANYONE, { defaultTimeoutMs: 100 });
  clients = { 1: rawHttp1(server.origin), 2: rawHttp2(server.origin) };
});
after(async () => {
  clients[1].close();
  clients[2].close();
  for (const each of [server, hasty]) {
    await each.close();
    assert.deepEqual(each.internalErrors, []);
  }
});

function call(way: Way, method: MethodName, input: JsonValue = {}, size = 0): RawRequest {
  return callRequest(way, method, messageBytes(way, method, input, size));
}

async function outcome(
  way: Way,
  request: RawRequest,
  headers: Record<string, string> = {},
): Promise<string> {
  const whole = { ...request, headers: { ...request.headers, ...headers } };
  return outcomeOf(whole, await clients[way.http].send(whole));
}

for (const way of WAYS) {
  describe(`limits over ${way.name}`, () => {
    for (const {
      limit,
      method,
      input,
      n,
      bytes,
      at = "ok",
      beyond = "invalid_argument",
    } of EDGES) {
      it(limit, async () => {
        const send = (size: number) =>
          outcome(way, call(way, method, input(size), bytes ? size : 0));
        assert.equal(await send(n), at, "N");
        assert.equal(await send(n + 1), beyond, "N + 1");
      });
    }

    it("deadline of 60 s", async () => {
      const send = (ms: number) => {
        const timeout = way.framed
          ? { "grpc-timeout": `${ms}m` }
          : { "connect-timeout-ms": `${ms}` };
        return outcome(way, call(way, "exportConfig"), timeout);
      };
      assert.equal(await send(60_000), "ok");
      // Capped, and not refused: k6 and grpcio ask for a little more by themselves.
      assert.equal(await send(60_001), "ok");
      assert.equal(await send(99_999_999), "ok");
    });

    it("no compression of requests", async () => {
      const name = way.framed ? "grpc-encoding" : "content-encoding";
      const refused = await outcome(way, call(way, "exportConfig"), { [name]: "gzip" });
      assert.equal(refused, "unimplemented");
    });

    it("no compression of answers", async () => {
      const accepted = way.framed
        ? { "grpc-accept-encoding": "gzip,br", "accept-encoding": "gzip" }
        : { "accept-encoding": "gzip, br" };
      const { headers, ...rest } = call(way, "checkPermissions", { token, permissions: many(256) });
      const request = { ...rest, headers: { ...headers, ...accepted } };
      const answer = await clients[way.http].send(request);
      assert.equal(outcomeOf(request, answer), "ok");
      for (const name of ["grpc-encoding", "content-encoding"]) {
        assert.equal(answer.headers[name] ?? "identity", "identity");
      }
      if (way.framed) assert.equal(answer.body[0], 0);
    });

    it("header list of 16 KiB", async () => {
      const send = async (size: number) => {
        // A new connection: its first request comes before the settings are agreed.
        const client = (way.http === 1 ? rawHttp1 : rawHttp2)(server.origin);
        const request = call(way, "exportConfig");
        const filler = "y".repeat(size - headerListSize(way, request));
        const headers = { ...request.headers, "x-long": filler };
        const answer = await client.send({ ...request, headers });
        client.close();
        return outcomeOf(request, answer);
      };
      // Over HTTP/1.1, Node counts every byte of what it is sent; a client adds some of its own.
      const slack = way.http === 2 ? 0 : KIB;
      assert.equal(await send(16 * KIB - slack), "ok");
      assert.equal(await send(16 * KIB + slack + 1), "resource_exhausted");
    });

    it("deadline by default", async () => {
      const request = { ...call(way, "exportConfig"), unfinished: true };
      const client = (way.http === 1 ? rawHttp1 : rawHttp2)(hasty.origin);
      const answer = await client.send(request);
      client.close();
      assert.equal(outcomeOf(request, answer), "deadline_exceeded");
    });
  });
}

/** As RFC 9113, section 6.5.2, counts: with "x-long", and without a value for it. */
function headerListSize(way: Way, { headers, path, method }: RawRequest): number {
  const { host } = new URL(server.origin);
  const own = { ":method": method, ":path": path, ":scheme": "http", ":authority": host };
  const fields = { ...headers, "x-long": "", ...(way.http === 2 ? own : {}) };
  return Object.entries(fields).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 32,
    0,
  );
}

describe("100 streams of a connection", () => {
  it("are open at once, and the next one waits", async () => {
    const session = connect(server.origin);
    await once(session, "remoteSettings");
    assert.equal(session.remoteSettings.maxConcurrentStreams, 100);
    const { headers, path, body } = call(WAYS[0] as Way, "exportConfig");
    const head = { ...headers, ":method": "POST", ":path": path };
    const open = Array.from({ length: 100 }, () => session.request(head));
    const next = session.request(head);
    const answered = once(next, "response");
    next.end(body);
    let waits = true;
    answered.then(() => {
      waits = false;
    });
    await new Promise((resolve) => session.ping(resolve));
    assert.ok(waits);
    open[0]?.end(body);
    await answered;
    session.destroy();
  });
});
