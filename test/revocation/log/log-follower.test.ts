/** What a server knows of a log that others write into without a pause. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Freshness } from "../../../src/revocation/freshness.js";
import type { RevocationLog } from "../../../src/revocation/log/log.js";
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
    removeExpired: () => Promise.resolve(),
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
