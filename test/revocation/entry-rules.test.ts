/** What no server writes, in files and in the log: it would end the feed of every watcher. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Instant, type Revocation, userKey } from "../../src/core/index.js";
import { toMicros } from "../../src/core/revocations.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { fromEntryText, toEntryText } from "../../src/revocation/entry-text.js";
import { LiveIndex } from "../../src/revocation/live-index.js";
import { openLevelStore } from "../../src/revocation/store/level-store.js";
import { exportEntries, importEntries } from "../../src/server/revocation-files.js";
import { keepReports } from "../support/reports.js";
import { tokenEntry, userEntry } from "../support/revocation-entries.js";
import { scratchFolder } from "../support/scratch-folder.js";

const NOW = Date.now() * 1000;
const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const YEAR_10000 = toMicros(new Instant(253_402_300_799, 999_999)) + 32;
const GOOD = tokenEntry("good", { expiresAt: NOW + HOUR });
const everything = (issuedBefore: number): Revocation => ({
  ...tokenEntry("", { expiresAt: NOW + HOUR, issuedBefore }),
  kind: "EVERYTHING",
});

const USER_RULE = /the id of a USER must be 64 hexadecimal digits/;
const YEARS_RULE = /must be in the years 1 to 9999/;
const BROKEN: Record<string, readonly [Revocation, RegExp]> = {
  "a user's id that is no hash": [userEntry("zz", NOW), USER_RULE],
  "everything of one id": [tokenEntry("t", { kind: "EVERYTHING" }), /EVERYTHING must be empty/],
  "a hash in capitals": [userEntry(userKey("u").toUpperCase(), NOW), USER_RULE],
  "a hash with a line end": [userEntry(`${userKey("u")}\n`, NOW), USER_RULE],
  "an end in the year 10000": [tokenEntry("t", { expiresAt: YEAR_10000 }), YEARS_RULE],
  "a cut-off in the year 30000": [userEntry(userKey("u"), 9e17), YEARS_RULE],
  "a revocation of before the year 1": [tokenEntry("t", { revokedAt: -7e16 }), YEARS_RULE],
};

async function* lines(...texts: string[]) {
  yield* texts;
}

async function entriesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const line of exportEntries(folder)) found.push(line);
  return found;
}

describe("an entry that no server writes", () => {
  for (const [name, [entry, rule]] of Object.entries(BROKEN)) {
    it(`is refused in a file and in the log: ${name}`, async () => {
      const text = toEntryText(entry);
      assert.equal(fromEntryText(text), undefined);
      const folder = scratchFolder();
      const given = lines(toEntryText(GOOD), text, toEntryText(tokenEntry("later")));
      await assert.rejects(importEntries(folder, given), (error: Error) => {
        assert.match(error.message, /^line 2: /);
        assert.match(error.message, rule);
        return true;
      });
      assert.deepEqual(await entriesOf(folder), [toEntryText(GOOD)]);
    });
  }

  it("ends a start, which names the rule: to pass it over might accept what was revoked", async () => {
    const store = await openLevelStore(scratchFolder());
    await store.append([tokenEntry("t", { expiresAt: YEAR_10000 })]);
    const options = { clock: () => NOW, feedId: "f", reporter: keepReports(), store };
    await assert.rejects(RevocationAuthority.open(options), {
      name: "StoreError",
      message: YEARS_RULE,
    });
    await store.close();
  });
});

/** What older servers made of tokens that no server takes any more: each names a token that there cannot be. */
const HIT_NOTHING = [
  tokenEntry(""),
  tokenEntry("", { kind: "SESSION" }),
  tokenEntry("x".repeat(65)),
  tokenEntry("a\n"),
].map((entry) => ({ ...entry, expiresAt: NOW + HOUR }));

describe("an entry that hits no token", () => {
  const options = () => ({ clock: () => NOW, feedId: "f", reporter: keepReports() });

  it("is written by no server and no import", async () => {
    const authority = await RevocationAuthority.open(options());
    for (const entry of HIT_NOTHING) {
      const refused = authority.revoke([GOOD, entry]);
      await assert.rejects(refused, /must be 1 to 64 characters without control/);
      const given = lines(toEntryText(entry));
      await assert.rejects(importEntries(scratchFolder(), given), /^Error: line 1: the id of a /);
    }
    assert.equal(authority.index.size, 0, "nothing of the call is in force");
    await authority.close();
  });

  it("is passed over in the log and on the disk, and told to nobody: feeds and workers would end at it", async () => {
    const store = await openLevelStore(scratchFolder());
    await store.append([...HIT_NOTHING, GOOD]);
    const authority = await RevocationAuthority.open({ ...options(), store });
    assert.deepEqual(
      [...authority.index.values()].map(({ revocation }) => revocation),
      [GOOD],
    );
    await authority.close();
    for (const entry of HIT_NOTHING) assert.deepEqual(fromEntryText(toEntryText(entry)), entry);
  });

  it("is left out of an export, which tells how many: what it gives can be imported", async () => {
    const folder = scratchFolder();
    const store = await openLevelStore(folder);
    await store.append([...HIT_NOTHING, GOOD]);
    await store.close();
    const exported = exportEntries(folder);
    assert.deepEqual(await exported.next(), { done: false, value: toEntryText(GOOD) });
    assert.deepEqual(await exported.next(), { done: true, value: HIT_NOTHING.length });
    assert.equal(await importEntries(scratchFolder(), lines(...(await entriesOf(folder)))), 1);
  });

  it("is deleted from the log and the disk, which older servers read", () => {
    const needless: Revocation[] = [];
    const index = new LiveIndex((entry) => needless.push(entry));
    for (const entry of HIT_NOTHING) assert.equal(index.add(entry), false);
    assert.deepEqual(needless, HIT_NOTHING);
  });
});

describe("an import", () => {
  it("refuses a cut-off of the future, but for a minute by which clocks may differ", async () => {
    const tomorrow = everything(NOW + 24 * HOUR);
    await assert.rejects(importEntries(scratchFolder(), lines(toEntryText(tomorrow))), {
      message: "line 1: issuedBefore must not be later than now",
    });
    const near = toEntryText(everything(NOW + MINUTE / 2));
    assert.equal(await importEntries(scratchFolder(), lines(near)), 1);
    // The log takes it: that of a server whose clock is ahead must not end the feed of all others.
    assert.deepEqual(fromEntryText(toEntryText(tomorrow)), tomorrow);
  });

  it("passes over a byte order mark and blank lines, and does not count them", async () => {
    const folder = scratchFolder();
    const text = toEntryText(GOOD);
    assert.equal(await importEntries(folder, lines(`\ufeff${text}`, "", " ")), 1);
    assert.deepEqual(await entriesOf(folder), [text]);
    assert.equal(await importEntries(scratchFolder(), lines("\ufeff")), 0);
    const marked = lines(text, `\ufeff${text}`);
    await assert.rejects(importEntries(folder, marked), { message: "line 2: it is no revocation" });
  });

  it("takes an entry up to the last instant of the year 9999", async () => {
    const expiresAt = toMicros(new Instant(253_402_300_799, 999_999));
    const last = tokenEntry("t", { expiresAt });
    assert.deepEqual(fromEntryText(toEntryText(last)), last);
  });
});
