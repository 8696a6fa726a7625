/** Pages of what is in force, and what they cost. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { userKey } from "../../src/core/index.js";
import { type IndexedRevocation, LiveIndex } from "../../src/revocation/live-index.js";
import { listPage } from "../../src/revocation/revocation-list.js";
import { NOON, tokenEntry, userEntry } from "../support/revocation-entries.js";

/** Counts the entries that are looked at. */
class CountingIndex extends LiveIndex {
  looked = 0;

  override *newestBefore(sequence: number): Generator<IndexedRevocation> {
    for (const entry of super.newestBefore(sequence)) {
      this.looked++;
      yield entry;
    }
  }

  override values(): Generator<IndexedRevocation> {
    throw new Error("a page looks at every entry");
  }
}

const ENTRIES = 5_000;

function filledIndex(): CountingIndex {
  const index = new CountingIndex();
  for (let i = 0; i < ENTRIES; i++) {
    index.add(i % 3 === 0 ? userEntry(userKey(`u${i}`), NOON) : tokenEntry(`t${i}`));
  }
  return index;
}

describe("a page of revocations", () => {
  it("looks at no more entries than it holds, and one, wherever it begins", () => {
    const index = filledIndex();
    const seen = new Set<string>();
    let pageToken: string | undefined;
    do {
      index.looked = 0;
      const page = listPage(index, { pageSize: 100, pageToken });
      assert.ok(index.looked <= 101, `${index.looked} entries looked at`);
      for (const { id } of page.revocations) seen.add(id);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    assert.equal(seen.size, ENTRIES);
  });

  it("of one token or user looks at no other entry, and goes on behind it with nothing", () => {
    const index = filledIndex();
    for (const filter of [{ tokenId: "t1" }, { userKey: userKey("u0") }]) {
      const query = { ...filter, pageSize: 100 };
      assert.equal(listPage(index, query).revocations.length, 1);
      const rest = listPage(index, { ...query, pageToken: "1" });
      assert.deepEqual(rest, { revocations: [] });
    }
    const none = { tokenId: "t1", userKey: userKey("u0"), pageSize: 100 };
    assert.deepEqual(listPage(index, none), { revocations: [] });
    assert.deepEqual(listPage(index, { tokenId: "t0", pageSize: 100 }), { revocations: [] });
    assert.equal(index.looked, 0);
  });

  it("holds an entry that is revoked for longer once, as the newest", () => {
    const index = filledIndex();
    index.add(tokenEntry("t1", { expiresAt: NOON + 7_200_000_000 }));
    const { revocations } = listPage(index, { pageSize: ENTRIES + 1 });
    assert.equal(revocations.length, ENTRIES);
    assert.equal(revocations[0]?.id, "t1");
    index.expire(NOON + 3_700_000_000);
    const kept = listPage(index, { pageSize: ENTRIES }).revocations.map(({ id }) => id);
    assert.deepEqual(kept, ["t1"]);
  });
});
