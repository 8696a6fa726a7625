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
import type { Instant, SecureTokenManager } from "../../src/core/index.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { RevocationNotStoredError } from "../../src/revocation/register.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { EntryRates } from "../../src/server/callers/entry-rates.js";
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

/** A client whose credential is a token. */
function holderOf(token: string) {
  const transport = createGrpcTransport({
    baseUrl: server.origin,
    interceptors: [
      (next) => (request) => {
        request.header.set("authorization", `Bearer ${token}`);
        return next(request);
      },
    ],
  });
  return createClient(TokenService, transport);
}

/** A call as the holder of a token; the outcomes. */
async function revokeAs(token: string, ...targets: object[]): Promise<RevocationOutcome[]> {
  const request = { targets } as Parameters<ReturnType<typeof holderOf>["revokeTokens"]>[0];
  const { results } = await holderOf(token).revokeTokens(request);
  return results.map(({ outcome }) => outcome);
}

/** The token of a refresh that revokes the old one; undefined where the session has made many entries. */
async function replace(token: string): Promise<string | undefined> {
  try {
    const renewed = await holderOf(token).refreshToken({ token, revokeOld: true });
    return renewed.token;
  } catch (error) {
    assert.equal(ConnectError.from(error).code, Code.ResourceExhausted);
    assert.match(ConnectError.from(error).rawMessage, /too many/);
    return undefined;
  }
}

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
    clock.micros += 1_000_000;
    assert.deepEqual(await revokeAs(token, sessionOf(sessionId)), [REVOKED]);
    const first = register.index.get("SESSION", sessionId);
    clock.micros += 1_000_000;
    assert.deepEqual(await revokeAs(token, sessionOf(sessionId)), [REVOKED]);
    assert.equal(register.index.get("SESSION", sessionId), first, "nothing new is told");
  });

  it("its session has an entry until its tokens must have expired, the same whichever of them asks, and where", async () => {
    const longest = { maxSessionHours: 20_000, clock, revocations: register };
    const issuer = await fixedManager(longest);
    const first = issuer.generateToken("u", { expiresInHours: 8760 });
    const microsOf = ({ seconds, micros }: Instant) => seconds * 1_000_000 + micros;
    const start = microsOf(first.issuedAt);
    const months = (count: number) => start + count * 730 * HOUR_MICROS;
    // MAX_SESSION_HOURS is another one there.
    const lowered = await fixedManager({ maxSessionHours: 720, clock });
    const endsAt = (token: string) =>
      [issuer, lowered].map(
        (at) => at.planRevocations([{ sessionOf: token }])[0]?.revocation?.expiresAt,
      );
    clock.micros++;
    assert.deepEqual(endsAt(first.token), [months(13), months(13)]);
    clock.micros += 729 * HOUR_MICROS;
    assert.deepEqual(endsAt(first.token), [months(13), months(13)]);
    clock.micros += 7271 * HOUR_MICROS;
    const last = issuer.refreshToken(first.token, { newExpiresInHours: 8760 });
    for (const { token } of [last, first]) {
      assert.deepEqual(endsAt(token), [months(23), months(23)]);
    }
    assert.ok(microsOf(last.expiresAt) <= months(23));
    clock.micros -= 8000 * HOUR_MICROS + 1;
  });

  it("asks as often as it likes for what is in force", async () => {
    const { token } = manager.generateToken("u");
    for (let i = 0; i < 12; i++) {
      assert.deepEqual(await revokeAs(token, { target: { case: "token", value: token } }), [
        REVOKED,
      ]);
    }
  });

  it("makes few entries at once: not one with each refresh, and one of the same token once", async (t) => {
    let { token } = manager.generateToken("u");
    const written = t.mock.method(register, "revoke");
    assert.deepEqual(
      await revokeAs(token, ...Array(5).fill({ target: { case: "token", value: token } })),
      Array(5).fill(REVOKED),
    );
    assert.deepEqual(
      written.mock.calls.map(({ arguments: [entries] }) => entries.length),
      [1],
    );
    ({ token } = manager.generateToken("u"));
    const own = manager.introspectToken(token);
    assert.ok(own.state !== "INVALID");
    const issued = t.mock.method(manager, "refreshToken");
    let made = 0;
    // One more is earned in 30 s: all of these would take a quarter of an hour.
    for (; made < 40; made++) {
      const renewed = await replace(token);
      if (renewed === undefined) break;
      token = renewed;
    }
    assert.ok(made >= 10 && made < 40, `${made} entries`);
    assert.equal(issued.mock.callCount(), made, "none is issued for a refusal");
    const plain = await holderOf(token).refreshToken({ token });
    assert.ok(plain.token, "without an entry");
    const someoneElse = manager.generateToken("v").token;
    assert.ok(await replace(someoneElse), "another session has its own");
    assert.deepEqual(await revokeAs(token, sessionOf(own.claims.sessionId)), [REVOKED]);
    assert.equal(manager.introspectToken(plain.token).state, "REVOKED");
  });

  it("uses up nothing by a refresh that is refused for what it asks", async () => {
    const { token } = manager.generateToken("u");
    const tooLong = { token, revokeOld: true, newExpiresIn: { seconds: 40_000_000n } };
    for (let i = 0; i < 12; i++) {
      await assert.rejects(holderOf(token).refreshToken(tooLong), { code: Code.InvalidArgument });
    }
    assert.ok(await replace(token));
  });

  it("may end its session though nothing could be stored before, and though it has used up its tokens", async (t) => {
    const { token, sessionId } = manager.generateToken("u");
    const away = t.mock.method(register, "revoke", () =>
      Promise.reject(new RevocationNotStoredError("away")),
    );
    for (let i = 0; i < 12; i++) {
      await assert.rejects(revokeAs(token, sessionOf(sessionId)), { code: Code.Unavailable });
    }
    away.mock.restore();
    let last = token;
    for (let renewed: string | undefined = last; renewed; renewed = await replace(last)) {
      last = renewed;
    }
    const own = { target: { case: "token" as const, value: last } };
    assert.deepEqual(await revokeAs(last, own, sessionOf(sessionId)), [REVOKED, REVOKED]);
  });

  it("earns an entry in 30 seconds, for each session by itself, and its session's own apart", () => {
    const rates = new EntryRates();
    const took = Array.from({ length: 12 }, () => rates.take("TOKEN", "s", 0));
    assert.deepEqual(took, [...Array(10).fill(0), 30_000, 30_000]);
    assert.equal(rates.take("SESSION", "s", 0), 0);
    assert.equal(rates.take("TOKEN", "t", 0), 0);
    assert.equal(rates.take("TOKEN", "s", 30_000), 0);
    assert.equal(rates.take("TOKEN", "s", 30_000), 30_000);
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
