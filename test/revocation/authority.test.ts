/** Revocations in memory: what is hit, what is not, pages and the feed. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Instant,
  type RevocationTarget,
  SecureTokenManager,
  userKey,
} from "../../src/core/index.js";
import { createKeyset } from "../../src/core/keyset.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import type { FeedEvent } from "../../src/revocation/register.js";
import { openLevelStore } from "../../src/revocation/store/level-store.js";
import { eventsOf } from "../support/feed-events.js";
import { HOUR_MICROS, movableClock, testKey } from "../support/fixed-manager.js";
import { keepReports } from "../support/reports.js";
import { NOON, userEntry } from "../support/revocation-entries.js";
import { scratchFolder } from "../support/scratch-folder.js";

async function setUp() {
  const clock = movableClock();
  const register = await RevocationAuthority.open({
    clock,
    feedId: "feed",
    reporter: keepReports(),
  });
  const manager = new SecureTokenManager(createKeyset([await testKey("one")]), {
    clock,
    revocations: register,
  });
  const revoke = async (...targets: RevocationTarget[]) => {
    const planned = manager.planRevocations(targets);
    await register.revoke(planned.flatMap(({ revocation }) => revocation ?? []));
    return planned.map(({ outcome }) => outcome);
  };
  const stateOf = ({ token }: { token: string }) => manager.introspectToken(token).state;
  return { clock, manager, register, revoke, stateOf };
}

describe("an authority in memory", () => {
  it("hits a token by itself, by its id and by its session", async () => {
    const { manager, revoke, stateOf } = await setUp();
    const issue = (user: string) => manager.generateToken(user);
    const [one, two, three, other] = [issue("a"), issue("b"), issue("c"), issue("d")];
    const { tokenId } = two;
    const { sessionId } = three;
    const outcomes = await revoke({ token: one.token }, { tokenId }, { sessionId });
    assert.deepEqual(outcomes, ["REVOKED", "REVOKED", "REVOKED"]);
    const states = [one, two, three, other].map(stateOf);
    assert.deepEqual(states, ["REVOKED", "REVOKED", "REVOKED", "ACTIVE"]);
  });

  it("forgets the earlier cut-offs of a user on disk too, within a minute", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const folder = scratchFolder();
    const store = await openLevelStore(folder);
    const reporter = keepReports();
    const register = await RevocationAuthority.open({
      clock: () => NOON,
      feedId: "feed",
      reporter,
      store,
    });
    for (let i = 0; i < 20; i++) {
      await register.revoke([{ ...userEntry(userKey("u"), NOON + i), expiresAt: NOON + 100 + i }]);
    }
    t.mock.timers.tick(60_000);
    await register.close();
    const again = await openLevelStore(folder);
    const kept: number[] = [];
    for await (const page of again.load(NOON)) {
      kept.push(...page.map(({ issuedBefore }) => issuedBefore));
    }
    await again.close();
    assert.deepEqual(kept, [NOON + 19]);
  });

  for (const isFirst of [true, false]) {
    it(`keeps the union of two cut-offs on disk, ${isFirst ? "found as they come" : "found at a start"}`, async (t) => {
      t.mock.timers.enable({ apis: ["setInterval"] });
      const folder = scratchFolder();
      const longer = { ...userEntry(userKey("u"), NOON), expiresAt: NOON + 900 };
      const later = { ...userEntry(userKey("u"), NOON + 5), expiresAt: NOON + 600 };
      let store = await openLevelStore(folder);
      if (!isFirst) {
        await store.append([longer, later]);
        await store.close();
        store = await openLevelStore(folder);
      }
      const clock = () => NOON;
      const reporter = keepReports();
      const register = await RevocationAuthority.open({ clock, feedId: "feed", reporter, store });
      // Told of again: needless from then on, and not what keeps the other one.
      for (const entry of isFirst ? [longer, later, later] : [later]) {
        await register.revoke([entry]);
      }
      t.mock.timers.tick(60_000);
      await register.close();
      const again = await openLevelStore(folder);
      const kept: number[][] = [];
      for await (const page of again.load(NOON)) {
        kept.push(...page.map(({ issuedBefore, expiresAt }) => [issuedBefore, expiresAt]));
      }
      await again.close();
      assert.deepEqual(kept, [[NOON + 5, NOON + 900]]);
    });
  }

  it("hits every refreshed token of a session, and lets none be refreshed", async () => {
    const { manager, revoke, stateOf } = await setUp();
    const first = manager.generateToken("u");
    const second = manager.refreshToken(first.token);
    await revoke({ sessionId: first.sessionId });
    assert.deepEqual([first, second].map(stateOf), ["REVOKED", "REVOKED"]);
    assert.throws(() => manager.refreshToken(second.token), { name: "InvalidTokenError" });
  });

  it("hits a user's tokens at the cut-off and before it, to the microsecond", async () => {
    const { clock, manager, revoke, stateOf } = await setUp();
    const before = manager.generateToken("u");
    clock.micros += 1;
    const at = manager.generateToken("u");
    const someoneElse = manager.generateToken("v");
    clock.micros += 1;
    const after = manager.generateToken("u");
    await revoke({ userId: "u", issuedBefore: at.issuedAt });
    const states = [before, at, after, someoneElse].map(stateOf);
    assert.deepEqual(states, ["REVOKED", "REVOKED", "ACTIVE", "ACTIVE"]);
  });

  it("does not hit what is issued after the answer, in the same second and microsecond too", async () => {
    const { manager, revoke, stateOf } = await setUp();
    const before = manager.generateToken("u");
    await revoke({ userId: "u" });
    const after = manager.generateToken("u");
    assert.equal(stateOf(before), "REVOKED");
    assert.equal(stateOf(after), "ACTIVE");
    assert.equal(stateOf(manager.refreshToken(after.token)), "ACTIVE");
    await revoke({ everythingIssuedBefore: after.issuedAt });
    assert.equal(stateOf(manager.generateToken("u")), "ACTIVE");
  });

  it("hits until the present all that began before it was asked, though the clock stands still", async () => {
    const { clock, manager, revoke, stateOf } = await setUp();
    await revoke({ userId: "u" });
    const second = manager.generateToken("u");
    await revoke({ userId: "u" });
    assert.equal(stateOf(second), "REVOKED");
    const third = manager.generateToken("u");
    assert.equal(stateOf(third), "ACTIVE");
    const present = Instant.fromMicros(clock.micros);
    await revoke({ userId: "u", issuedBefore: present });
    assert.equal(stateOf(third), "REVOKED");
    const fourth = manager.generateToken("u");
    // A caller whose clock is ahead names an instant that has not come.
    await revoke({ everythingIssuedBefore: Instant.fromMicros(clock.micros + 1_000_000) });
    assert.equal(stateOf(fourth), "REVOKED");
    assert.equal(stateOf(manager.generateToken("u")), "ACTIVE");
  });

  for (const everybody of [false, true]) {
    const whose = everybody ? "everybody's" : "a user's";
    it(`hits ${whose} sessions of before the clock was set back, and none that begins later`, async () => {
      const { clock, manager, revoke, stateOf } = await setUp();
      const before = manager.generateToken("u");
      clock.micros -= 5_000_000;
      const present = () => Instant.fromMicros(clock.micros);
      const cutOff = () => (everybody ? { everythingIssuedBefore: present() } : { userId: "u" });
      for (let round = 0; round < 4; round++) {
        const meanwhile = manager.generateToken("u");
        await revoke(cutOff());
        assert.deepEqual([before, meanwhile].map(stateOf), ["REVOKED", "REVOKED"]);
        const later = manager.generateToken("u");
        assert.equal(stateOf(later), "ACTIVE");
        await revoke(cutOff());
        assert.equal(stateOf(later), "REVOKED");
        clock.micros += 2_000_000;
      }
    });
  }

  it("keeps nobody out where the clock was far ahead: a cut-off of the present is not of the future", async () => {
    const { clock, manager, revoke, stateOf } = await setUp();
    clock.micros += 2 * HOUR_MICROS;
    manager.generateToken("someone else");
    await revoke({ userId: "someone else" });
    clock.micros -= 2 * HOUR_MICROS;
    const old = manager.generateToken("u");
    await revoke({ everythingIssuedBefore: Instant.fromMicros(clock.micros) }, { userId: "u" });
    assert.equal(stateOf(old), "REVOKED");
    assert.equal(stateOf(manager.generateToken("u")), "ACTIVE");
  });

  it("hits what was refreshed while the cut-off was on its way to the server that refreshed", async () => {
    const { clock, manager, revoke, stateOf } = await setUp();
    // Another server of the fleet: it knows of nothing that is revoked here.
    const other = new SecureTokenManager(createKeyset([await testKey("one")]), { clock });
    const targetsOf = [
      (issuedBefore: Instant) => ({ userId: "u", issuedBefore }),
      (everythingIssuedBefore: Instant) => ({ everythingIssuedBefore }),
    ];
    for (const targetOf of targetsOf) {
      const first = manager.generateToken("u");
      clock.micros += 1;
      const before = other.refreshToken(first.token);
      await revoke(targetOf(first.issuedAt));
      clock.micros += HOUR_MICROS;
      const after = other.refreshToken(before.token);
      assert.deepEqual([first, before, after].map(stateOf), ["REVOKED", "REVOKED", "REVOKED"]);
      assert.throws(() => manager.refreshToken(after.token), { name: "InvalidTokenError" });
      // Who signs in again has a session of after the cut-off.
      const again = manager.generateToken("u");
      clock.micros += 1;
      assert.deepEqual([again, manager.refreshToken(again.token)].map(stateOf), [
        "ACTIVE",
        "ACTIVE",
      ]);
    }
  });

  it("hits a session at the cut-off to the microsecond, and by issued_at where a clock was behind", async () => {
    const { clock, manager, revoke, stateOf } = await setUp();
    const at = manager.generateToken("u");
    clock.micros += 1;
    const later = manager.generateToken("u");
    clock.micros -= 2;
    const behind = manager.refreshToken(later.token);
    assert.ok(behind.issuedAt.micros < at.issuedAt.micros);
    clock.micros += HOUR_MICROS;
    const refreshed = [at, later].map(({ token }) => manager.refreshToken(token));
    await revoke({ userId: "u", issuedBefore: at.issuedAt });
    assert.deepEqual([...refreshed, later, behind].map(stateOf), [
      "REVOKED",
      "ACTIVE",
      "ACTIVE",
      "REVOKED",
    ]);
  });

  it("keeps a cut-off for as long as a session that it hits can be refreshed", async () => {
    const now = movableClock();
    const entryOf = async (maxSessionHours: number) => {
      const keyset = createKeyset([await testKey("one")]);
      const manager = new SecureTokenManager(keyset, { clock: now, maxSessionHours });
      return manager.planRevocations([{ userId: "u" }])[0]?.revocation?.expiresAt;
    };
    assert.equal(await entryOf(720), now.micros + 8760 * HOUR_MICROS);
    assert.equal(await entryOf(20_000), now.micros + 20_000 * HOUR_MICROS);
  });

  it("combines cut-offs by the latest, in whichever order they come", async () => {
    const { clock, manager, revoke, stateOf } = await setUp();
    const early = manager.generateToken("u");
    clock.micros += HOUR_MICROS;
    const late = manager.generateToken("u");
    await revoke({ userId: "u" }, { userId: "u", issuedBefore: early.issuedAt });
    assert.deepEqual([early, late].map(stateOf), ["REVOKED", "REVOKED"]);
  });

  it("tells what has expired and what is no token, and does it twice alike", async () => {
    const { clock, manager, revoke, register } = await setUp();
    const { token } = manager.generateToken("u", { expiresInHours: 1 });
    const live = manager.generateToken("u").token;
    clock.micros += 2 * HOUR_MICROS;
    const targets = [{ token }, { token: "nothing" }, { token: live }];
    const outcomes = ["ALREADY_EXPIRED", "NOT_AUTHENTIC", "REVOKED"];
    assert.deepEqual(await revoke(...targets), outcomes);
    assert.deepEqual(await revoke(...targets), outcomes);
    assert.equal(register.list({ pageSize: 10 }).revocations.length, 1);
  });

  it("refuses a cut-off of the future", async () => {
    const { clock, manager } = await setUp();
    clock.micros += 2 * HOUR_MICROS;
    const issuedBefore = manager.generateToken("u").issuedAt;
    clock.micros -= 2 * HOUR_MICROS;
    assert.throws(() => manager.planRevocations([{ userId: "u", issuedBefore }]), {
      name: "TokenError",
      reason: "REVOCATION_INVALID",
      field: "targets[0].user.issuedBefore",
    });
  });

  it("refuses to keep a token's entry longer than a token can live", async () => {
    const { clock, manager, register } = await setUp();
    const longest = manager.generateToken("u", { expiresInHours: 8760 }).expiresAt;
    const [planned] = manager.planRevocations([{ tokenId: "t", expiresAt: longest }]);
    assert.equal(planned?.revocation?.expiresAt, clock.micros + 8760 * HOUR_MICROS);
    clock.micros -= 61_000_000;
    for (const expiresAt of [longest, new Instant(253_402_300_799, 0)]) {
      assert.throws(() => manager.planRevocations([{ tokenId: "t", expiresAt }]), {
        name: "TokenError",
        reason: "REVOCATION_INVALID",
        field: "targets[0].tokenId.expiresAt",
      });
    }
    assert.equal(register.list({ pageSize: 1 }).revocations.length, 0);
  });

  it("lists newest first, each entry once over all pages", async () => {
    const { revoke, register } = await setUp();
    for (let i = 0; i < 5; i++) await revoke({ tokenId: `token-${i}` });
    const first = register.list({ pageSize: 2 });
    await revoke({ tokenId: "later" });
    const second = register.list({ pageSize: 2, pageToken: first.nextPageToken });
    const third = register.list({ pageSize: 2, pageToken: second.nextPageToken });
    const ids = [first, second, third].map((page) => page.revocations.map(({ id }) => id));
    assert.deepEqual(ids, [["token-4", "token-3"], ["token-2", "token-1"], ["token-0"]]);
    assert.equal(third.nextPageToken, undefined);
    assert.throws(() => register.list({ pageSize: 2, pageToken: "x" }), RangeError);
    assert.equal(register.list({ pageSize: 2, tokenId: "later" }).revocations.length, 1);
  });

  it("feeds a snapshot, a checkpoint and changes, and goes on from a cursor", async () => {
    const { revoke, register } = await setUp();
    await revoke({ tokenId: "one" });
    const watch = (cursor: string) => {
      const leave = new AbortController();
      const events = eventsOf(register, cursor, leave.signal);
      return {
        next: async () => (await events.next()).value as FeedEvent,
        async end() {
          leave.abort();
          await events.return(undefined);
        },
      };
    };
    const idsOf = (event: FeedEvent) =>
      event.kind === "CHECKPOINT" ? [] : event.revocations.map(({ id }) => id);
    const first = watch("");
    const snapshot = await first.next();
    assert.ok(snapshot.kind === "SNAPSHOT" && snapshot.first && snapshot.last);
    assert.deepEqual(idsOf(snapshot), ["one"]);
    const checkpoint = await first.next();
    assert.ok(checkpoint.kind === "CHECKPOINT");
    await revoke({ tokenId: "two" });
    const change = await first.next();
    assert.equal(change.kind, "CHANGES");
    assert.deepEqual(idsOf(change), ["two"]);
    await first.end();

    const resumed = watch(checkpoint.cursor);
    assert.deepEqual(idsOf(await resumed.next()), ["two"]);
    await resumed.end();

    const stranger = watch("another.0");
    assert.equal((await stranger.next()).kind, "SNAPSHOT");
    await stranger.end();
    await register.close();
  });
});
