/** Which needless entries leave the log, and when. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Revocation } from "../../../src/core/index.js";
import type { RevocationLog } from "../../../src/revocation/log/log.js";
import { LogCleaner } from "../../../src/revocation/log/log-cleaner.js";
import { NOON, userEntry } from "../../support/revocation-entries.js";

const MINUTE = 60_000;

function cutOffs(count: number): Revocation[] {
  return Array.from({ length: count }, (_, i) => userEntry("ada", i));
}

/** A cleaner, the needless entries of each cleaning, and a clock that stands. */
function setUp(t: TestContext) {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const cleanings: (readonly Revocation[])[] = [];
  const state = { isAway: false };
  const log = {
    async *removeExpired(_now: number, needless: readonly Revocation[]) {
      yield;
      if (state.isAway) throw new Error("away");
      cleanings.push(needless);
    },
  } as Partial<RevocationLog> as RevocationLog;
  const cleaner = new LogCleaner({ log, clock: () => NOON, keepMicros: 0 });
  return {
    cleaner,
    cleanings,
    state,
    pass: (ms: number) => {
      now += ms;
    },
    async cleanAll() {
      do await cleaner.cleanPart();
      while (cleaner.isUnderWay);
    },
  };
}

describe("entries that others have made needless", () => {
  it("leave the log with the next cleaning, all of 25,000, each once", async (t) => {
    const { cleaner, cleanings, cleanAll, pass } = setUp(t);
    await cleanAll();
    const needless = cutOffs(25_000);
    // As each comes back from the log it is told of once more.
    cleaner.removeLater(needless);
    cleaner.removeLater(needless);
    pass(10 * MINUTE);
    await cleanAll();
    assert.deepEqual(
      cleanings.map(({ length }) => length),
      [0, 25_000],
    );
  });

  it("wait for ten minutes where they are few, and for one where they are many", async (t) => {
    const { cleaner, cleanings, cleanAll, pass } = setUp(t);
    await cleanAll();
    cleaner.removeLater(cutOffs(9_999));
    pass(9 * MINUTE);
    await cleanAll();
    assert.equal(cleanings.length, 1);
    cleaner.removeLater(cutOffs(10_000));
    await cleanAll();
    assert.equal(cleanings[1]?.length, 10_000);
    cleaner.removeLater(cutOffs(10_000));
    pass(MINUTE - 1);
    await cleanAll();
    assert.equal(cleanings.length, 2);
  });

  it("leave it with the cleaning after one that failed", async (t) => {
    const { cleaner, cleanings, cleanAll, pass, state } = setUp(t);
    await cleanAll();
    cleaner.removeLater(cutOffs(3));
    pass(10 * MINUTE);
    state.isAway = true;
    await assert.rejects(cleanAll());
    state.isAway = false;
    pass(10 * MINUTE);
    await cleanAll();
    assert.equal(cleanings[1]?.length, 3);
  });
});
