/** What a server finds in its folder after another one had taken it: other servers learn of it by the log. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import type { RevocationStore, StoreOwner } from "../../src/revocation/store/store.js";
import { memoryLog } from "../support/memory-log.js";
import { keepReports } from "../support/reports.js";
import { NOON, tokenEntry } from "../support/revocation-entries.js";

it("is in force, and in the log, and nothing that is known already goes there again", async () => {
  let owner: StoreOwner | undefined;
  const store: RevocationStore = {
    async *load() {},
    append: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    removeExpired: () => Promise.resolve(),
    ownedBy(named) {
      owner = named;
    },
    close: () => Promise.resolve(),
  };
  const known = tokenEntry("known");
  const log = memoryLog(known);
  const register = await RevocationAuthority.open({
    clock: () => NOON,
    feedId: "feed",
    reporter: keepReports(),
    store,
    log: log.open(),
  });
  const there = tokenEntry("revoked there");
  await owner?.learn([known, there]);
  assert.ok(register.index.get("TOKEN", there.id));
  while (!log.held.some(({ id }) => id === there.id)) await turn();
  assert.deepEqual(
    log.held.map(({ id }) => id),
    [known.id, there.id],
  );
  await register.close();
});
