/** What a token's holder may revoke: as much with the token's last breath as before, and nothing with one that has ended. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  RevocationOutcome,
  TokenService,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { SecureTokenManager } from "../../src/core/index.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { fixedManager, HOUR_MICROS, movableClock } from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";
import { keepReports } from "../support/reports.js";

const { REVOKED, ALREADY_EXPIRED } = RevocationOutcome;
const clock = movableClock();
let register: RevocationAuthority;
let manager: SecureTokenManager;
let server: ProductServer;
before(async () => {
  register = await RevocationAuthority.open({ clock, feedId: "holder", reporter: keepReports() });
  manager = await fixedManager({ clock, revocations: register });
  const isAuthentic = (text: string) => manager.introspectToken(text).state !== "INVALID";
  server = await startProductServer(manager, new KnownCallers([], isAuthentic), { register });
});
after(async () => {
  await server.close();
  await register.close();
});

const sessionOf = (value: string) => ({ target: { case: "sessionId" as const, value } });
const idOf = (tokenId: string, expiresAtMicros?: number) => {
  const expiresAt =
    expiresAtMicros === undefined ? undefined : timestampFromMs(Math.floor(expiresAtMicros / 1000));
  return { target: { case: "tokenId" as const, value: { tokenId, expiresAt } } };
};

/** A call as the holder of a token; the outcomes. */
async function revokeAs(token: string, ...targets: object[]): Promise<RevocationOutcome[]> {
  const transport = createGrpcTransport({
    baseUrl: server.origin,
    interceptors: [
      (next) => (request) => {
        request.header.set("authorization", `Bearer ${token}`);
        return next(request);
      },
    ],
  });
  const request = { targets } as Parameters<ReturnType<typeof clientOf>["revokeTokens"]>[0];
  const { results } = await clientOf(transport).revokeTokens(request);
  return results.map(({ outcome }) => outcome);
}
const clientOf = (transport: ReturnType<typeof createGrpcTransport>) =>
  createClient(TokenService, transport);

/** What is in force of a token's id. */
const entriesOf = (tokenId: string) =>
  register.list({ tokenId, pageSize: 10 }).revocations.map(({ expiresAt }) => expiresAt);

describe("a token's holder that revokes", () => {
  it("its own id has an entry until the token expires, whatever expiry it names", async () => {
    const { token, tokenId, expiresAt } = manager.generateToken("u", { expiresInHours: 1 });
    const hour = clock.micros + HOUR_MICROS;
    const named = [undefined, hour + 1000, hour + 2000, clock.micros - HOUR_MICROS];
    const targets = named.map((micros) => idOf(tokenId, micros));
    assert.deepEqual(await revokeAs(token, ...targets), Array(named.length).fill(REVOKED));
    const { sequence } = register.index.get("TOKEN", tokenId) ?? {};
    assert.deepEqual(entriesOf(tokenId), [expiresAt.seconds * 1_000_000 + expiresAt.micros]);
    clock.micros += 1_000_000;
    assert.deepEqual(await revokeAs(token, idOf(tokenId, hour + 3000)), [REVOKED]);
    assert.equal(register.index.get("TOKEN", tokenId)?.sequence, sequence, "nothing new is told");
  });

  it("may name ten targets, and no more: what they count is at the cost of others of its address", async () => {
    const { token } = manager.generateToken("u");
    const own = { target: { case: "token" as const, value: token } };
    assert.deepEqual(await revokeAs(token, ...Array(10).fill(own)), Array(10).fill(REVOKED));
    await assert.rejects(revokeAs(token, ...Array(11).fill(own)), (error) => {
      assert.equal(ConnectError.from(error).code, Code.InvalidArgument);
      return true;
    });
  });

  it("its session may ask again, with the token that is revoked by then", async () => {
    const { token, sessionId } = manager.generateToken("u");
    assert.deepEqual(await revokeAs(token, sessionOf(sessionId)), [REVOKED]);
    assert.deepEqual(await revokeAs(token, sessionOf(sessionId)), [REVOKED]);
  });

  it("with a token that has ended revokes nothing: neither that token nor its session", async () => {
    const first = manager.generateToken("u", { expiresInHours: 1 });
    const next = manager.refreshToken(first.token, { newExpiresInHours: 10 });
    clock.micros += 2 * HOUR_MICROS;
    const ended = { target: { case: "token" as const, value: first.token } };
    const targets = [ended, idOf(first.tokenId, clock.micros + HOUR_MICROS)];
    assert.deepEqual(await revokeAs(first.token, ...targets), [ALREADY_EXPIRED, ALREADY_EXPIRED]);
    assert.deepEqual(entriesOf(first.tokenId), []);
    const refused = revokeAs(first.token, ended, sessionOf(first.sessionId));
    await assert.rejects(refused, (error) => {
      assert.equal(ConnectError.from(error).code, Code.PermissionDenied);
      return true;
    });
    assert.equal(manager.introspectToken(next.token).state, "ACTIVE");
  });
});
