/** What a log lacks: all of it is written, and nobody waits meanwhile. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Revocation } from "../../../src/core/index.js";
import { LogFiller } from "../../../src/revocation/log/log-filler.js";
import { NOON, tokenEntry } from "../../support/revocation-entries.js";

function setUp(count: number) {
  const entries = Array.from({ length: count }, (_, i) => tokenEntry(`t${i}`));
  const written: string[] = [];
  const log = { isAway: () => false, pageMs: 0 };
  const filler = new LogFiller({
    known: () => entries,
    async append(page: readonly Revocation[]) {
      if (log.isAway()) throw new Error("away");
      if (log.pageMs > 0) await wait(log.pageMs);
      written.push(...page.map(({ id }) => id));
    },
  });
  filler.begin();
  const fillAll = async () => {
    while (!(await filler.fill(NOON, () => {})));
  };
  return { entries, written, log, filler, fillAll, ids: entries.map(({ id }) => id) };
}

describe("what a log lacks", () => {
  it("is written in order, and what it holds is not", async () => {
    const { entries, written, filler, fillAll, ids } = setUp(1_000);
    filler.saw(entries.slice(0, 300));
    await fillAll();
    assert.deepEqual(written, ids.slice(300));
    // Until the log is read from its beginning again there is nothing to compare.
    await fillAll();
    assert.equal(written.length, 700);
  });

  it("is looked for a part at a time, between which other work has its turn", async () => {
    const { entries, filler, fillAll } = setUp(10_000);
    filler.saw(entries);
    let turns = 0;
    let next: NodeJS.Immediate | undefined;
    const count = () => {
      turns++;
      next = setImmediate(count);
    };
    count();
    await fillAll();
    clearImmediate(next);
    assert.ok(turns >= 40, `${turns} turns`);
  });

  it("is written whole when the log was away in the middle, and nothing of it twice", async () => {
    const { written, log, filler, fillAll, ids } = setUp(2_000);
    log.isAway = () => written.length >= 500;
    await assert.rejects(filler.fill(NOON, () => {}));
    log.isAway = () => false;
    await fillAll();
    assert.deepEqual(written, ids);
  });

  it("is written for a while only, before the log is to be read again", async () => {
    const { written, log, filler, fillAll, ids } = setUp(2_000);
    log.pageMs = 300;
    assert.equal(await filler.fill(NOON, () => {}), false);
    assert.ok(written.length < ids.length);
    log.pageMs = 0;
    await fillAll();
    assert.deepEqual(written, ids);
  });

  it("is looked for for a while only, before the log is to be read again", async (t) => {
    const { entries, written, filler } = setUp(10_000);
    filler.saw(entries);
    entries.push(tokenEntry("late"));
    let now = 0;
    // The second look at the clock is beyond the time that a part has.
    t.mock.method(performance, "now", () => {
      now += 300;
      return now;
    });
    let parts = 1;
    while (!(await filler.fill(NOON, () => {}))) parts++;
    assert.ok(parts > 1, `${parts} parts`);
    assert.deepEqual(written, ["late"]);
  });

  it("is not what has expired", async () => {
    const { entries, written, fillAll } = setUp(2);
    entries.push(tokenEntry("expired", { expiresAt: NOON - 1 }));
    await fillAll();
    assert.deepEqual(written, ["t0", "t1"]);
  });
});
