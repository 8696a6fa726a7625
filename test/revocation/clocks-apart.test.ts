/** Servers whose clocks differ by a minute: what docs/revocation.md and docs/fleet.md say of it, and no more. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Instant, type RevocationTarget, SecureTokenManager } from "../../src/core/index.js";
import { createKeyset } from "../../src/core/keyset.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { HOUR_MICROS, movableClock, NOW_MICROS, testKey } from "../support/fixed-manager.js";
import { type MemoryLog, memoryLog } from "../support/memory-log.js";
import { keepReports } from "../support/reports.js";

const MINUTE = 60_000_000;

/** Servers of one fleet, each with a clock that is ahead of the true time; negative: behind. */
async function setUp(t: TestContext, log: MemoryLog = memoryLog()) {
  const truth = movableClock(NOW_MICROS);
  const keyset = createKeyset([await testKey("one")]);
  const start = async (ahead: number) => {
    const clock = () => truth.micros + ahead;
    const register = await RevocationAuthority.open({
      clock,
      feedId: "f",
      reporter: keepReports(),
      log: log.open(),
      maxStalenessMs: 60_000,
    });
    t.after(() => register.close());
    const manager = new SecureTokenManager(keyset, { clock, revocations: register });
    const revoke = async (target: RevocationTarget) => {
      const [planned] = manager.planRevocations([target]);
      await register.revoke(planned?.revocation ? [planned.revocation] : []);
      return planned;
    };
    const stateOf = ({ token }: { token: string }) => manager.introspectToken(token).state;
    return { clock, register, manager, revoke, stateOf };
  };
  return { truth, log, start, keyset };
}

type Server = Awaited<ReturnType<Awaited<ReturnType<typeof setUp>>["start"]>>;

/** Settles once a server knows as much as another one. */
async function know(one: Server, other: Server): Promise<void> {
  while (one.register.index.size < other.register.index.size) await turn();
}

describe("servers whose clocks differ by a minute", () => {
  it("miss a session of the one that is ahead with a cut-off elsewhere only while it is younger than that", async (t) => {
    const { truth, start } = await setUp(t);
    const [right, ahead] = [await start(0), await start(MINUTE)];
    const session = ahead.manager.generateToken("u");
    truth.micros += MINUTE - 1;
    await right.revoke({ userId: "u" });
    assert.equal(right.stateOf(session), "ACTIVE");
    // Asked once more when the difference has passed.
    truth.micros += 1;
    await right.revoke({ userId: "u" });
    assert.equal(right.stateOf(session), "REVOKED");
    await know(ahead, right);
    while (ahead.stateOf(session) !== "REVOKED") await turn();
  });

  it("miss none with a cut-off on the one that is ahead, nor of one that is behind", async (t) => {
    const { truth, start } = await setUp(t);
    const [right, ahead, behind] = [
      await start(0),
      await start(MINUTE / 3),
      await start(-MINUTE / 3),
    ];
    const sessions = [right, ahead, behind].map(({ manager }) => manager.generateToken("u"));
    truth.micros += 1;
    await ahead.revoke({ userId: "u" });
    await Promise.all([right, behind].map((server) => know(server, ahead)));
    for (const server of [right, ahead, behind]) {
      assert.deepEqual(sessions.map(server.stateOf), ["REVOKED", "REVOKED", "REVOKED"]);
    }
    // Whoever knows of the cut-off begins sessions behind it, whatever its clock says.
    const later = [right, ahead, behind].map(({ manager }) => manager.generateToken("u"));
    for (const server of [right, ahead, behind]) {
      assert.deepEqual(later.map(server.stateOf), ["ACTIVE", "ACTIVE", "ACTIVE"]);
    }
  });

  it("hit with a cut-off of the one that is ahead what begins before it has arrived elsewhere", async (t) => {
    const { truth, start, keyset } = await setUp(t);
    const ahead = await start(MINUTE);
    const unaware = new SecureTokenManager(keyset, { clock: () => truth.micros });
    await ahead.revoke({ userId: "u" });
    const meanwhile = unaware.generateToken("u");
    assert.equal(ahead.stateOf(meanwhile), "REVOKED");
    const right = await start(0);
    assert.equal(right.stateOf(meanwhile), "REVOKED");
    assert.equal(ahead.stateOf(right.manager.generateToken("u")), "ACTIVE");
  });

  it("fail closed beyond a minute: nothing of the one that is ahead is taken before its time", async (t) => {
    const { truth, start } = await setUp(t);
    const far = 10 * MINUTE;
    const [right, ahead] = [await start(0), await start(far)];
    assert.equal(right.stateOf(ahead.manager.generateToken("v")), "INVALID");
    await ahead.revoke({ userId: "u" });
    await know(right, ahead);
    // Who was cut off there begins no session that counts here until that instant has come, others do.
    const early = right.manager.generateToken("u");
    assert.equal(right.stateOf(early), "INVALID");
    assert.equal(right.stateOf(right.manager.generateToken("v")), "ACTIVE");
    truth.micros += far;
    assert.equal(right.stateOf(early), "ACTIVE");
  });

  it("take an instant that is a minute ahead, and none beyond", async (t) => {
    const { truth, start } = await setUp(t);
    const right = await start(0);
    const session = right.manager.generateToken("u");
    const at = (micros: number) => ({
      userId: "u",
      issuedBefore: Instant.fromMicros(truth.micros + micros),
    });
    await assert.rejects(right.revoke(at(MINUTE + 1)), /must not be later than now/);
    await right.revoke(at(MINUTE));
    assert.equal(right.stateOf(session), "REVOKED");
    assert.equal(right.stateOf(right.manager.generateToken("u")), "ACTIVE");
  });

  it("refuse a revoked token for as long as any of them takes it for alive", async (t) => {
    const { truth, start } = await setUp(t);
    const [ahead, behind] = [await start(MINUTE), await start(-MINUTE)];
    const token = behind.manager.generateToken("u", { expiresInHours: 1 });
    await ahead.revoke({ token: token.token });
    await know(behind, ahead);
    // By the clock that is ahead it has expired, by the other one it lives for two minutes more.
    truth.micros = NOW_MICROS + HOUR_MICROS - 2 * MINUTE + 1;
    assert.equal(ahead.stateOf(token), "EXPIRED");
    assert.equal(behind.stateOf(token), "REVOKED");
    // A server that starts now reads it from the log, which the one that is ahead has cleaned.
    const [, late] = [await start(MINUTE), await start(-MINUTE)];
    for (let i = 0; i < 20; i++) await turn();
    assert.equal((await start(-MINUTE)).stateOf(token), "REVOKED");
    assert.equal(late.stateOf(token), "REVOKED");
  });

  it("delete nothing from the log that others need, unless a clock is ahead by more than an hour", async (t) => {
    const { log, start } = await setUp(t);
    const right = await start(0);
    const { token } = right.manager.generateToken("u", { expiresInHours: 1 / 60 });
    await right.revoke({ token });
    const isHeld = async (ahead: number) => {
      const server = await start(ahead);
      for (let i = 0; i < 20; i++) await turn();
      await server.register.close();
      return log.held.length > 0;
    };
    // It expires in a minute.
    assert.equal(await isHeld(MINUTE + HOUR_MICROS), true);
    assert.equal(await isHeld(MINUTE + HOUR_MICROS + 1), false);
  });

  it("take the end of the longest token of a server that is ahead, and none beyond", async (t) => {
    const { start } = await setUp(t);
    const [right, ahead] = [await start(0), await start(MINUTE)];
    const { tokenId, expiresAt } = ahead.manager.generateToken("u", { expiresInHours: 8760 });
    const planned = await right.revoke({ tokenId, expiresAt });
    assert.equal(planned?.outcome, "REVOKED");
    const later = Instant.fromMicros(NOW_MICROS + 8760 * HOUR_MICROS + MINUTE + 1);
    await assert.rejects(right.revoke({ tokenId, expiresAt: later }), /at most 8760 hours/);
  });
});
