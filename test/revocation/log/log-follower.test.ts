/** What a server knows of a log that others write into without a pause, and what it writes itself. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Revocation } from "../../../src/core/index.js";
import { Freshness } from "../../../src/revocation/freshness.js";
import {
  LogUnavailableError,
  READ_PAGE,
  type RevocationLog,
} from "../../../src/revocation/log/log.js";
import { LogFollower } from "../../../src/revocation/log/log-follower.js";
import { keepReports } from "../../support/reports.js";
import { NOON, tokenEntry } from "../../support/revocation-entries.js";

it("a server stays fresh while it reads a log whose end it never reaches", async (t) => {
  let reads = 0;
  const log: RevocationLog = {
    name: "a log that grows as fast as it is read",
    append: () => Promise.resolve(),
    async read() {
      await turn();
      reads++;
      const revocations = [tokenEntry(`t${reads}`)];
      return {
        revocations,
        position: `${reads}`,
        end: `${reads + 3}`,
        caughtUp: false,
        reset: false,
      };
    },
    hasReached: (position, end) => Number(position) >= Number(end),
    onHint() {},
    async *removeExpired() {},
    close: () => Promise.resolve(),
  };
  const freshness = new Freshness(60_000);
  const follower = new LogFollower({
    log,
    freshness,
    clock: () => NOON,
    reporter: keepReports(),
    known: () => [],
    merge: () => Promise.resolve(),
    keepMicros: 0,
  });
  t.after(() => follower.close());
  while (reads < 3) await turn();
  assert.equal(freshness.isFresh, false);
  while (reads < 9) await turn();
  assert.equal(freshness.isFresh, true);
});

/** A log in memory that is away, and answers reads, when it is told to, and a server that follows it. */
function setUp(t: TestContext, pollMs = 1) {
  const held: Revocation[] = [];
  const known: Revocation[] = [];
  const state = { isAway: false, holdRead: false, reads: 0, appends: 0, cleanings: 0 };
  /** How often the log had been read before each part of a cleaning. */
  const readsBeforeParts: number[] = [];
  let onAppend: (() => void) | undefined;
  let hint = () => {};
  const log: RevocationLog = {
    name: "a log in memory",
    async append(revocations) {
      state.appends++;
      onAppend?.();
      await turn();
      if (state.isAway) throw new LogUnavailableError("away");
      held.push(...revocations);
    },
    async read(position) {
      state.reads++;
      const from = Number(position ?? 0);
      const revocations = held.slice(from, from + READ_PAGE);
      const end = held.length;
      do await turn();
      while (state.holdRead);
      const next = from + revocations.length;
      return {
        revocations,
        position: `${next}`,
        end: `${end}`,
        caughtUp: next === end,
        reset: false,
      };
    },
    hasReached: (position, end) => Number(position) >= Number(end),
    onHint(listener) {
      hint = listener;
    },
    async *removeExpired() {
      state.cleanings++;
      for (let part = 0; part < 5; part++) {
        readsBeforeParts.push(state.reads);
        yield;
      }
    },
    close: () => Promise.resolve(),
  };
  const follower = new LogFollower({
    log,
    freshness: new Freshness(60_000),
    clock: () => NOON,
    reporter: keepReports(),
    known: () => known.values(),
    merge: () => Promise.resolve(),
    keepMicros: 0,
    pollMs,
  });
  t.after(() => {
    state.holdRead = false;
    return follower.close();
  });
  let count = 0;
  return {
    held,
    state,
    readsBeforeParts,
    follower,
    /** Somebody has written. */
    hint: () => hint(),
    onAppend(listener: (() => void) | undefined) {
      onAppend = listener;
    },
    /** Revokes a thousand that the log does not get. */
    revokeThousand() {
      const page = Array.from({ length: 1_000 }, () => tokenEntry(`t${count++}`));
      known.push(...page);
      follower.appendLater(page);
    },
    /** Settles once the log has every one, or has been read often without getting another. */
    async settled() {
      for (let reads = state.reads, size = held.length; state.reads < reads + 50; await turn()) {
        if (held.length > size) [reads, size] = [state.reads, held.length];
      }
      return new Set(held.map(({ id }) => id)).size;
    },
  };
}

describe("what a log did not get while it was away", () => {
  const revokedWhile = async (fleet: ReturnType<typeof setUp>, pages: number) => {
    for (let page = 0; page < pages; page++) {
      fleet.revokeThousand();
      await turn();
    }
  };

  it("is in it once it is back: 12,000, of which a read under way knew nothing", async (t) => {
    const fleet = setUp(t);
    await fleet.follower.caughtUp;
    fleet.state.holdRead = true;
    const { reads } = fleet.state;
    while (fleet.state.reads === reads) await turn();
    await revokedWhile(fleet, 12);
    fleet.state.holdRead = false;
    assert.equal(await fleet.settled(), 12_000);
  });

  it("is in it once it is back: 12,000 that came as the first of them were being written", async (t) => {
    const fleet = setUp(t);
    await fleet.follower.caughtUp;
    fleet.onAppend(() => {
      fleet.onAppend(undefined);
      for (let page = 0; page < 10; page++) fleet.revokeThousand();
      fleet.revokeThousand();
    });
    fleet.revokeThousand();
    assert.equal(await fleet.settled(), 12_000);
  });

  it("is in it once it is back: 24,000, the second half while the first was compared", async (t) => {
    const fleet = setUp(t);
    await fleet.follower.caughtUp;
    fleet.state.isAway = true;
    await revokedWhile(fleet, 12);
    while (fleet.state.appends === 0) await turn();
    await revokedWhile(fleet, 12);
    fleet.state.isAway = false;
    assert.equal(await fleet.settled(), 24_000);
  });
});

it("a log that is cleaned is read between any two parts", async (t) => {
  const { state, readsBeforeParts } = setUp(t);
  while (readsBeforeParts.length < 5) await turn();
  for (let part = 1; part < 5; part++) {
    const [former, latter] = readsBeforeParts.slice(part - 1) as [number, number];
    assert.ok(latter > former, `${readsBeforeParts}`);
  }
  assert.equal(state.cleanings, 1);
});

describe("hints that somebody has written", () => {
  const HOUR_MS = 3_600_000;

  it("are heard while the log is read", async (t) => {
    const { state, readsBeforeParts, hint } = setUp(t, HOUR_MS);
    // Nothing but hints brings another read then.
    while (readsBeforeParts.length < 5) await turn();
    for (let round = 0; round < 5; round++) {
      const { reads } = state;
      hint();
      while (state.reads === reads) await turn();
    }
    // The last of them has begun.
    state.holdRead = true;
    const { reads } = state;
    hint();
    for (let turns = 0; turns < 10; turns++) await turn();
    state.holdRead = false;
    while (state.reads === reads) await turn();
  });

  it("bring reads no closer than some milliseconds, however many there are", async (t) => {
    const { follower, state, hint } = setUp(t, HOUR_MS);
    await follower.caughtUp;
    const [startedAt, before] = [performance.now(), state.reads];
    while (state.reads < before + 20) {
      hint();
      await turn();
    }
    // On a busy machine it takes longer.
    assert.ok(performance.now() - startedAt > 20 * 5);
  });
});
