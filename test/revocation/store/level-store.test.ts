/** The embedded store: what is kept, for how long, and who owns it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Revocation } from "../../../src/core/index.js";
import { fromBytes, toKey, toValue } from "../../../src/revocation/store/entry-bytes.js";
import { openLevelStore } from "../../../src/revocation/store/level-store.js";
import type { RevocationStore } from "../../../src/revocation/store/store.js";
import { NOON, tokenEntry, userEntry } from "../../support/revocation-entries.js";
import { scratchFolder } from "../../support/scratch-folder.js";

async function load(store: RevocationStore, now: number): Promise<Revocation[]> {
  const entries: Revocation[] = [];
  for await (const page of store.load(now)) entries.push(...page);
  return entries;
}

const micros = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }).map((s) => s * 1e6);
const entries: fc.Arbitrary<Revocation> = fc.record(
  {
    kind: fc.constantFrom("TOKEN", "SESSION", "USER", "EVERYTHING"),
    id: fc.string({ unit: "binary", maxLength: 64 }).filter((text) => text.isWellFormed()),
    issuedBefore: micros,
    expiresAt: micros,
    revokedAt: micros,
    reason: fc.string({ unit: "grapheme", maxLength: 128 }).filter((text) => text.isWellFormed()),
  },
  { noNullPrototype: true },
);

describe("the embedded store", () => {
  it("writes every entry as bytes that mean it, ordered by expiry", () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        assert.deepEqual(fromBytes(toKey(one), toValue(one)), one);
        if (one.expiresAt === other.expiresAt) return;
        const order = Math.sign(Buffer.compare(toKey(one), toKey(other)));
        assert.equal(order, Math.sign(one.expiresAt - other.expiresAt));
      }),
    );
  });

  it("keeps entries over a restart, cut-offs of one user side by side", async () => {
    const folder = scratchFolder();
    const kept = [tokenEntry("a"), userEntry("u", NOON - 2), userEntry("u", NOON - 1)];
    const first = await openLevelStore(folder);
    await Promise.all(kept.map((entry) => first.append([entry])));
    await first.append([]);
    await first.close();
    const second = await openLevelStore(folder);
    const found = await load(second, NOON);
    await second.close();
    const byKey = (one: Revocation, other: Revocation) => Buffer.compare(toKey(one), toKey(other));
    assert.deepEqual(found, kept.sort(byKey));
  });

  it("does not read what has expired, and deletes it", async () => {
    const store = await openLevelStore(scratchFolder());
    const [past, last] = [NOON - 1, NOON].map((expiresAt) =>
      tokenEntry(`${expiresAt}`, { expiresAt }),
    ) as [Revocation, Revocation];
    await store.append([past, last]);
    assert.deepEqual(await load(store, NOON), [last]);
    assert.equal((await load(store, 0)).length, 2);
    await store.removeExpired(NOON);
    assert.deepEqual(await load(store, 0), [last]);
    await store.close();
  });

  it("deletes all that has expired, however much", async () => {
    const store = await openLevelStore(scratchFolder());
    const expired = Array.from({ length: 2_500 }, (_, i) =>
      tokenEntry(`${i}`, { expiresAt: NOON - 1 - (i % 7) }),
    );
    await store.append([...expired, tokenEntry("alive")]);
    await store.removeExpired(NOON);
    assert.deepEqual(await load(store, 0), [tokenEntry("alive")]);
    await store.close();
  });

  it("removes what another entry has made needless", async () => {
    const store = await openLevelStore(scratchFolder());
    const [earlier, later] = [userEntry("u", NOON - 2), userEntry("u", NOON - 1)] as const;
    // One after the other on the disk, though nobody waits in between.
    await Promise.all([store.append([earlier, later]), store.remove([earlier])]);
    assert.deepEqual(await load(store, NOON), [later]);
    await store.close();
  });

  it("belongs to one owner, and to the next one once that is gone", async () => {
    const folder = scratchFolder();
    const owner = await openLevelStore(folder);
    await assert.rejects(openLevelStore(folder), {
      name: "StoreError",
      message: `${folder} is in use by another server: a folder belongs to one server at a time`,
    });
    await owner.close();
    await (await openLevelStore(folder)).close();
  });

  it("shows its folder to its owner alone", async () => {
    const folder = scratchFolder();
    await (await openLevelStore(folder)).close();
    assert.equal(statSync(join(folder, "revocations")).mode & 0o777, 0o700);
  });

  it("is none whose entries every user may delete", async () => {
    const folder = scratchFolder();
    await (await openLevelStore(folder)).close();
    chmodSync(join(folder, "revocations"), 0o707);
    await assert.rejects(openLevelStore(folder), /revocations can be written by every user/);
  });

  it("is none with a link or a pipe in the place of a file, which it would follow or wait for", async () => {
    for (const replace of [
      (path: string) => symlinkSync("/dev/null", path),
      (path: string) => spawnSync("mkfifo", [path]),
    ]) {
      const folder = scratchFolder();
      await (await openLevelStore(folder)).close();
      rmSync(join(folder, "revocations", "CURRENT"));
      replace(join(folder, "revocations", "CURRENT"));
      await assert.rejects(openLevelStore(folder), {
        name: "StoreError",
        message: /CURRENT is not a regular file$/,
      });
    }
  });

  it("is none that has lost its CURRENT: LevelDB would begin anew, and delete what it finds", async () => {
    const folder = scratchFolder();
    const first = await openLevelStore(folder);
    await first.append([tokenEntry("a")]);
    await first.close();
    const current = join(folder, "revocations", "CURRENT");
    const content = readFileSync(current);
    rmSync(current);
    await assert.rejects(openLevelStore(folder), {
      name: "StoreError",
      message: /revocations holds entries, but no CURRENT: restore all of the folder/,
    });
    writeFileSync(current, content);
    const again = await openLevelStore(folder);
    assert.deepEqual(await load(again, NOON), [tokenEntry("a")]);
    await again.close();
  });

  it("begins where a crash has ended its very first start, before there was a CURRENT", async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "revocations"), { mode: 0o700 });
    for (const name of ["LOCK", "LOG", "MANIFEST-000001", "000001.dbtmp"]) {
      writeFileSync(join(folder, "revocations", name), "");
    }
    await (await openLevelStore(folder)).close();
  });

  it("names a folder that cannot be used", async () => {
    await assert.rejects(openLevelStore("/dev/null/x"), {
      name: "StoreError",
      message: /^\/dev\/null\/x cannot be used: /,
    });
  });
});
