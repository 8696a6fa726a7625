/** Authentic tokens with hostile content: claims, or one of two exceptions, and nothing else. */
import assert from "node:assert/strict";
import { createRegistry } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { InvalidTokenError, TokenError, TokenExpiredError } from "../../src/core/index.js";
import { ERROR_DETAIL_FILES, tokenRoutes } from "../../src/service/index.js";
import { fixedManager, NOW_SECONDS, testKey } from "../support/fixed-manager.js";
import { type Random, seededRandom } from "../support/random.js";
import { sealBytes } from "../support/sealed.js";
import type { Counts } from "./mutated-tokens.js";
import { nastyPayload } from "./nasty-json.js";

type Manager = Awaited<ReturnType<typeof fixedManager>>;

/** Puts `count` hostile payloads to the core and to the service, in binary and in JSON. */
export async function fuzzHostilePayloads(count: number, seed: number): Promise<Counts> {
  const manager = await fixedManager();
  const key = await testKey("one");
  const random = seededRandom(seed);
  const services = [serviceOf(manager, true), serviceOf(manager, false)];
  const counts: Counts = {};
  for (let i = 0; i < count; i++) {
    const payload = nastyPayload(random);
    const where = `seed ${seed}, payload ${i}: ${payload.toString("base64")}`;
    const token = sealBytes(key, payload, timestampOf(random));
    const outcome = throughCore(manager, token, where);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    await throughService(services[i % 2] as Service, token, outcome, i, where);
  }
  return counts;
}

function timestampOf(random: Random): number | bigint {
  if (random.chance(0.7)) return NOW_SECONDS;
  if (random.chance(0.8)) return NOW_SECONDS + random.int(125) - 62;
  return random.pick([0, 2 ** 31, 2 ** 32, 2 ** 53, 2n ** 63n, 2n ** 64n - 1n, NOW_SECONDS + 61]);
}

/** What validateToken says; the other methods must agree with it. */
function throughCore(manager: Manager, token: string, where: string): string {
  const outcome = outcomeOf(() => manager.validateToken(token), where);
  assert.equal(
    outcomeOf(() => manager.getTokenInfo(token), where),
    outcome,
    where,
  );
  const permission = outcomeOf(() => manager.checkPermissions(token, ["admin"]), where);
  assert.equal(permission, outcome, where);
  const { state } = manager.introspectToken(token);
  const expected = { valid: "ACTIVE", "Token expired": "EXPIRED" }[outcome] ?? "INVALID";
  assert.equal(state, expected, where);
  if (outcome === "valid") expectRefresh(manager, token, where);
  return outcome;
}

function expectRefresh(manager: Manager, token: string, where: string): void {
  const old = manager.validateToken(token);
  let fresh: ReturnType<Manager["validateToken"]>;
  try {
    fresh = manager.validateToken(manager.refreshToken(token).token);
  } catch (error) {
    // A payload may name a session of any age; what is too old is refreshed no more.
    const allowed = ["TOKEN_TOO_LARGE", "SESSION_ENDED"];
    const known = error instanceof TokenError && allowed.includes(error.reason);
    assert.ok(known, `${where}: refresh: ${error}`);
    return;
  }
  for (const name of ["userId", "permissions", "additionalData"] as const) {
    assert.deepEqual(fresh[name], old[name], where);
  }
  // The old one may be marked for what stands beside its additional data.
  assert.equal(fresh.additionalDataJson ?? old.additionalDataJson, old.additionalDataJson, where);
  assert.equal(fresh.sessionId, old.sessionId, where);
}

function outcomeOf(run: () => unknown, where: string): string {
  try {
    run();
    return "valid";
  } catch (error) {
    const known = error instanceof InvalidTokenError || error instanceof TokenExpiredError;
    assert.ok(known, `${where}: ${error instanceof Error ? error.stack : error}`);
    return error.message;
  }
}

type Service = ReturnType<typeof serviceOf>;

function serviceOf(manager: Manager, useBinaryFormat: boolean) {
  const transport = createRouterTransport(tokenRoutes(manager), {
    transport: {
      useBinaryFormat,
      jsonOptions: { registry: createRegistry(...ERROR_DETAIL_FILES) },
    },
  });
  return createClient(TokenService, transport);
}

async function throughService(
  service: Service,
  token: string,
  outcome: string,
  turn: number,
  where: string,
): Promise<void> {
  const calls = [
    () => service.validateToken({ token }),
    () => service.getTokenInfo({ token }),
    () => service.batchValidateTokens({ tokens: [token] }),
    () => service.introspectToken({ token }),
    () => service.refreshToken({ token }),
    () => service.checkPermission({ token, requiredPermission: "admin" }),
  ];
  const call = calls[(turn >> 1) % calls.length] as (typeof calls)[0];
  try {
    await call();
  } catch (reason) {
    const { code, rawMessage } = ConnectError.from(reason);
    const allowed = [Code.Unauthenticated, Code.PermissionDenied, Code.InvalidArgument];
    assert.ok(allowed.includes(code), `${Code[code]} ${rawMessage}: ${where}`);
    if (code === Code.Unauthenticated) assert.equal(rawMessage, outcome, where);
  }
}
