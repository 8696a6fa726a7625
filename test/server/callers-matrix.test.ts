/** Every RPC by every kind of caller, by API key and by certificate, over every protocol. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  type GrpcTransportOptions,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import pino from "pino";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { TokenErrorDetailSchema } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { systemClock } from "../../src/core/index.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { createServer, type Server } from "../../src/server/server.js";
import { VERSION } from "../../src/server/version.js";
import { fixedManager } from "../support/fixed-manager.js";
import { keepReports } from "../support/reports.js";

const HOLDER_RPCS = [
  "ValidateToken",
  "CheckPermission",
  "CheckPermissions",
  "RefreshToken",
  "RevokeTokens",
  "GetTokenInfo",
  "IntrospectToken",
];
const RPCS: Record<string, string[]> = {
  verifier: [
    ...HOLDER_RPCS.filter((rpc) => rpc !== "RefreshToken" && rpc !== "RevokeTokens"),
    "BatchValidateTokens",
    "WatchRevocations",
  ],
  issuer: ["GenerateToken", "RefreshToken"],
  revoker: ["RevokeTokens", "ListRevocations", "WatchRevocations"],
  admin: TokenService.methods.map(({ name }) => name),
};
const KEYS = Object.fromEntries(Object.keys(RPCS).map((name) => [name, generateApiKey()]));
type CreateTransport = (options: GrpcTransportOptions & { httpVersion: "2" }) => Transport;

const TRANSPORTS: Record<string, CreateTransport> = {
  gRPC: createGrpcTransport,
  "gRPC-Web": createGrpcWebTransport,
  Connect: createConnectTransport,
};

const pem = (name: string) =>
  readFileSync(new URL(`../support/certs/${name}`, import.meta.url), "utf8");

interface Identity {
  bearer?: string;
  certificate?: string;
}

/** The oracle: what should happen, said as shortly as it can be. */
function expected(rpc: string, who: string): Code | "ok" {
  if (["anonymous", "unknown key", "forged token", "rogue certificate"].includes(who)) {
    return Code.Unauthenticated;
  }
  const rpcs = who === "holder" ? HOLDER_RPCS : (RPCS[who.split(" ")[0] as string] as string[]);
  return rpcs.includes(rpc) ? "ok" : Code.PermissionDenied;
}

describe("callers", async () => {
  const manager = await fixedManager();
  const { token } = manager.generateToken("user_123", { permissions: ["read"] });
  const rows = Object.entries(RPCS).map(([name, rpcs]) => ({
    name,
    api_keys: [{ sha256: digestApiKey(KEYS[name] as string), created_at: "2026-11-23T00:00:00Z" }],
    certificates: [{ spiffe_id: `spiffe://example.org/${name}` }],
    rpcs,
    grants: { permissions: ["*"], user_id: "*", max_expires_in_hours: 8760 },
  }));
  const isAuthentic = (text: string) => manager.introspectToken(text).state !== "INVALID";
  const callers = new KnownCallers(parseCallers(JSON.stringify({ callers: rows })), isAuthentic);
  const tls = { cert: pem("server.pem"), key: pem("server.key"), clientCa: pem("ca.pem") };
  const logger = pino({ level: "silent" });
  let server: Server;
  let baseUrl: string;
  before(async () => {
    const register = await RevocationAuthority.open({
      clock: systemClock,
      feedId: "matrix",
      reporter: keepReports(),
    });
    server = createServer({ manager, register, logger, callers, tls });
    const { port } = await server.listen(0, "127.0.0.1");
    baseUrl = `https://localhost:${port}`;
  });
  after(() => server.close(0));

  const identities: Record<string, Identity> = {
    anonymous: {},
    "unknown key": { bearer: generateApiKey() },
    "forged token": { bearer: token.replace(/.{8}$/, "AAAAAAA=") },
    "rogue certificate": { certificate: "rogue" },
    holder: { bearer: token },
  };
  for (const name of Object.keys(RPCS)) {
    identities[`${name} by API key`] = { bearer: KEYS[name] as string };
    if (name !== "revoker") identities[`${name} by certificate`] = { certificate: name };
  }
  const requests: Record<string, object> = {
    GenerateToken: { userId: "user_123" },
    CheckPermission: { token, requiredPermission: "read" },
    CheckPermissions: { token, permissions: ["read"] },
    BatchValidateTokens: { tokens: [token] },
    ExportConfig: {},
    RevokeTokens: { targets: [] },
    ListRevocations: {},
    WatchRevocations: {},
  };

  for (const [protocol, createTransport] of Object.entries(TRANSPORTS)) {
    for (const [who, identity] of Object.entries(identities)) {
      it(`${who} over ${protocol}`, async () => {
        const { client, close } = connect(createTransport, identity);
        for (const { name, localName } of TokenService.methods) {
          const call = client[localName as keyof typeof client] as (
            request: object,
          ) => Promise<unknown> | AsyncIterable<unknown>;
          const outcome = await firstOf(call(requests[name] ?? { token })).then(
            () => "ok" as const,
            (error) => refusal(error),
          );
          assert.equal(outcome, expected(name, who), name);
        }
        close();
      });
    }
  }

  it("lets a holder ask about no other token", async () => {
    const other = manager.generateToken("somebody else").token;
    const { client, close } = connect(createGrpcTransport, { bearer: token });
    for (const ask of [client.validateToken, client.introspectToken, client.refreshToken]) {
      assert.equal(refusal(await ask({ token: other }).catch((e) => e)), Code.PermissionDenied);
    }
    close();
  });

  it("tells a caller of itself: where it may ask, and where it may not", async () => {
    const refused = async (identity: Identity) => {
      const { client, close } = connect(createGrpcTransport, identity);
      const error = await client.exportConfig({}).catch((e) => e);
      close();
      const [info] = (error as ConnectError).findDetails(ErrorInfoSchema);
      return info?.metadata;
    };
    const itself = { caller: "issuer", caller_rpcs: "GenerateToken,RefreshToken" };
    const field = "authorization";
    assert.deepEqual(await refused({ bearer: KEYS.issuer as string }), { field, ...itself });
    assert.deepEqual(await refused({ certificate: "issuer" }), { field, ...itself });
    // No caller of the file: there is nobody to tell.
    assert.deepEqual(await refused({ bearer: generateApiKey() }), { field });
    assert.deepEqual(await refused({ bearer: token }), { field });
    const { client, close } = connect(createGrpcTransport, { bearer: KEYS.admin as string });
    const { caller, callerRpcs, serverVersion } = await client.exportConfig({});
    assert.deepEqual([caller, callerRpcs], ["admin", RPCS.admin]);
    assert.equal(serverVersion, VERSION);
    close();
  });

  function connect(createTransport: CreateTransport, identity: Identity) {
    const { bearer, certificate } = identity;
    const sessionManager = new Http2SessionManager(
      baseUrl,
      {},
      {
        ca: pem("ca.pem"),
        ...(certificate && { cert: pem(`${certificate}.pem`), key: pem(`${certificate}.key`) }),
      },
    );
    const transport = createTransport({
      baseUrl,
      httpVersion: "2",
      sessionManager,
      interceptors: [
        (next) => (request) => {
          if (bearer) request.header.set("authorization", `Bearer ${bearer}`);
          return next(request);
        },
      ],
    });
    return { client: createClient(TokenService, transport), close: () => sessionManager.abort() };
  }
});

/** The answer, or the first one of a stream. */
async function firstOf(answer: Promise<unknown> | AsyncIterable<unknown>): Promise<unknown> {
  if (answer instanceof Promise) return answer;
  for await (const message of answer) return message;
  return undefined;
}

/** The code of a refusal; it must say that it is about the caller, and nothing of a token. */
function refusal(error: unknown): Code {
  assert.ok(error instanceof ConnectError);
  assert.deepEqual(error.findDetails(TokenErrorDetailSchema), []);
  const [info] = error.findDetails(ErrorInfoSchema);
  assert.match(info?.reason ?? "", /^CALLER_ERROR_REASON_/);
  assert.equal(info?.metadata.field, "authorization");
  return error.code;
}
