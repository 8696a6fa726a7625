/** What is removed from the disk and the log, and when: behind what takes its place. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Revocation } from "../../src/core/index.js";
import { Cleaner } from "../../src/revocation/cleaner.js";
import type { RevocationStore } from "../../src/revocation/store/store.js";
import { keepReports } from "../support/reports.js";
import { NOON, tokenEntry, userEntry } from "../support/revocation-entries.js";

it("a cleaner removes nothing while what takes its place cannot be kept, and all of it later", async () => {
  const union = userEntry("u", NOON + 5);
  const needless = [tokenEntry("a"), tokenEntry("b")];
  const steps: unknown[] = [];
  const store = {
    remove: async (revocations: readonly Revocation[]) => void steps.push(["removed", revocations]),
    removeExpired: async () => void steps.push("expired"),
  } as Partial<RevocationStore> as RevocationStore;
  let isAway = true;
  const changes = { superseded: [...needless], unions: [union] };
  const cleaner = new Cleaner({
    changes,
    store,
    async keep(revocations) {
      if (isAway) throw new Error("away");
      steps.push(["kept", revocations]);
    },
    removeFromLog: (revocations) => void steps.push(["removed from the log", revocations]),
    clock: () => NOON,
    keepMicros: 0,
    reporter: keepReports(),
  });
  await cleaner.clean();
  assert.deepEqual(steps, []);
  const later = tokenEntry("c");
  changes.superseded.push(later);
  isAway = false;
  await cleaner.clean();
  const all = [...needless, later];
  assert.deepEqual(steps, [
    ["kept", [union]],
    ["removed from the log", all],
    "expired",
    ["removed", all],
  ]);
  assert.deepEqual(changes, { superseded: [], unions: [] });
});
