/** A folder that another server takes while this one has given it up after a failed write. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Revocation } from "../../../src/core/index.js";
import { RevocationAuthority } from "../../../src/revocation/authority.js";
import { openLevelStore } from "../../../src/revocation/store/level-store.js";
import type { RevocationStore } from "../../../src/revocation/store/store.js";
import { breakTables } from "../../support/broken-level.js";
import { NOON, tokenEntry } from "../../support/revocation-entries.js";
import { scratchFolder } from "../../support/scratch-folder.js";

const REFUSED = { name: "RevocationNotStoredError", message: "DATA_DIR cannot be written" };

async function idsIn(store: RevocationStore): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const page of store.load(NOON)) for (const { id } of page) ids.add(id);
  return ids;
}

it("acknowledges nothing while another server owns the folder, and then knows what that one was told", async () => {
  const folder = scratchFolder();
  const told: unknown[] = [];
  const tell = (facts: object) => told.push(...Object.values(facts));
  const register = await RevocationAuthority.open({
    clock: () => NOON,
    feedId: "feed",
    reporter: { info: tell, warn: tell, error: tell },
    store: await openLevelStore(folder),
  });
  const acknowledged: Revocation[] = [];
  let calls = 0;
  const revoke = async () => {
    const call = calls++;
    const page = Array.from({ length: 1_000 }, (_, i) =>
      tokenEntry(`${call}-${i}`, { reason: "r".repeat(128) }),
    );
    await register.revoke(page);
    acknowledged.push(...page);
  };
  const mend = breakTables(folder);
  const fill = async () => {
    while (calls < 60) await revoke();
  };
  await assert.rejects(fill(), REFUSED);
  // Closes the folder, and does not open it.
  await assert.rejects(revoke(), REFUSED);
  mend();

  const other = await openLevelStore(folder);
  const refused = tokenEntry("refused here");
  await assert.rejects(register.revoke([refused]), REFUSED);
  await assert.rejects(register.revoke([refused]), REFUSED);
  assert.equal(register.index.get("TOKEN", refused.id), undefined);
  const revokedThere = tokenEntry("revoked there");
  await other.append([revokedThere]);
  assert.equal(register.index.get("TOKEN", revokedThere.id), undefined);
  assert.ok((await idsIn(other)).has(revokedThere.id));
  assert.ok(!(await idsIn(other)).has(refused.id));
  await other.close();

  const last = tokenEntry("revoked once it was free again");
  await register.revoke([last]);
  assert.equal(register.index.get("TOKEN", revokedThere.id)?.revocation.id, revokedThere.id);
  await register.close();
  const again = await openLevelStore(folder);
  const kept = await idsIn(again);
  await again.close();
  const lost = [...acknowledged, revokedThere, last].filter(({ id }) => !kept.has(id));
  assert.deepEqual([lost, kept.has(refused.id)], [[], false]);
  // Told once, however many calls are refused for it.
  const lines = told.filter((fact) => /lock/i.test(`${fact}`));
  assert.equal(lines.length, 1);
});
