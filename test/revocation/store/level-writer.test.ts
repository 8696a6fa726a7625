/** Writing into LevelDB after it has failed: what is opened anew, what is written again, and who hears of it. */
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Revocation } from "../../../src/core/index.js";
import { toKey, toValue } from "../../../src/revocation/store/entry-bytes.js";
import { openLevelStore } from "../../../src/revocation/store/level-store.js";
import { type Level, LevelWriter, toPut } from "../../../src/revocation/store/level-writer.js";
import type { RevocationStore, StoreOwner } from "../../../src/revocation/store/store.js";
import { breakTables } from "../../support/broken-level.js";
import { NOON, tokenEntry } from "../../support/revocation-entries.js";
import { scratchFolder } from "../../support/scratch-folder.js";

/** An owner that knows some entries and notes what it hears. */
function ownerOf(known: () => Iterable<Revocation>) {
  const heard: unknown[] = [];
  const hear = (facts: object) => heard.push(...Object.values(facts));
  const learnt: string[] = [];
  const owner: StoreOwner = {
    known,
    learn: async (page) => void learnt.push(...page.map(({ id }) => id)),
    reporter: { info: hear, warn: hear, error: hear },
  };
  return { owner, heard, learnt };
}

/** A LevelDB that holds the entries of some ids, fails where it is told to, and notes what it is asked. */
function levelOf(...ids: string[]) {
  const entries = new Map<string, [Buffer, Buffer]>();
  const put = (key: Buffer, value: Buffer) => entries.set(key.toString("hex"), [key, value]);
  for (const entry of ids.map((id) => tokenEntry(id))) put(toKey(entry), toValue(entry));
  const calls: string[] = [];
  const failing = new Set<string>();
  const note = (call: string) => {
    calls.push(call);
    if (failing.has(call)) throw new Error(`${call} failed`);
  };
  const level = {
    open: async (options: object) => {
      assert.deepEqual(options, { createIfMissing: false });
      note("open");
    },
    close: async () => note("close"),
    iterator: () => {
      note("iterator");
      const pages = [[...entries.values()]];
      return { nextv: async () => pages.shift() ?? [], close: async () => {} };
    },
    hasMany: async (asked: Buffer[]) => {
      note("hasMany");
      return asked.map((key) => entries.has(key.toString("hex")));
    },
    batch: () => {
      const writes: [Buffer, Buffer][] = [];
      return {
        put: (key: Buffer, value: Buffer) => writes.push([key, value]),
        write: async (options: object) => {
          assert.deepEqual(options, { sync: true });
          note("batch");
          for (const [key, value] of writes) put(key, value);
        },
        close: async () => {},
      };
    },
  };
  const holds = (id: string) => entries.has(toKey(tokenEntry(id)).toString("hex"));
  return { level: level as unknown as Level, calls, failing, holds };
}

async function idsIn(store: RevocationStore): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const page of store.load(NOON)) for (const { id } of page) ids.add(id);
  return ids;
}

describe("writing into LevelDB", () => {
  it("goes on after a failure only once the store was closed and opened again, which each call tries", async () => {
    const { level, calls, failing, holds } = levelOf("kept");
    const { owner, heard, learnt } = ownerOf(() => [tokenEntry("kept"), tokenEntry("lost")]);
    const writer = new LevelWriter(level, async () => {});
    writer.ownedBy(owner);
    const write = (id: string) => writer.write([toPut(tokenEntry(id))]);
    failing.add("batch").add("open");
    await assert.rejects(write("refused"), /^Error: batch failed$/);
    await assert.rejects(write("refused"), /^Error: open failed$/);
    await assert.rejects(write("refused"), /^Error: open failed$/);
    failing.delete("open");
    // What is missing cannot be written either.
    await assert.rejects(write("refused"), /^Error: batch failed$/);
    failing.clear();
    await write("new");
    await write("newer");
    const opened = ["close", "open", "iterator", "hasMany", "batch"];
    const tried = ["batch", "close", "open", "close", "open", ...opened];
    assert.deepEqual(calls, [...tried, ...opened, "batch", "batch"]);
    assert.deepEqual(heard, ["batch failed", "open failed", "batch failed", 1]);
    assert.deepEqual(learnt, ["kept", "kept"]);
    assert.deepEqual(["lost", "new", "newer", "refused"].map(holds), [true, true, true, false]);
  });

  it("opens no folder that must not be opened, and none after the store was given up", async () => {
    const { level, calls, failing } = levelOf();
    const writer = new LevelWriter(level, () => Promise.reject(new Error("not a regular file")));
    failing.add("batch");
    await assert.rejects(writer.write([]), /batch failed/);
    await assert.rejects(writer.write([]), /not a regular file/);
    await writer.close();
    await assert.rejects(writer.write([]), /the store is closed/);
    assert.deepEqual(calls, ["batch", "close", "close"]);
  });

  it("looks for all that is in force, however much", async () => {
    const ids = Array.from({ length: 2_500 }, (_, i) => `${i}`);
    const { level, failing, holds } = levelOf(...ids.slice(0, 1_200));
    const { owner, heard } = ownerOf(() => ids.map((id) => tokenEntry(id)));
    const writer = new LevelWriter(level, async () => {});
    writer.ownedBy(owner);
    failing.add("batch");
    await assert.rejects(writer.write([]));
    failing.clear();
    await writer.write([]);
    assert.deepEqual([heard.at(-1), ids.every(holds)], [1_300, true]);
  });

  it("goes on where LevelDB could not make a table of its log and refuses every write since", async () => {
    const folder = scratchFolder();
    const store = await openLevelStore(folder);
    const acknowledged: Revocation[] = [];
    const { owner, heard } = ownerOf(() => acknowledged);
    store.ownedBy(owner);
    const mend = breakTables(folder);
    const reason = "r".repeat(128);
    let calls = 0;
    const append = async () => {
      const call = calls++;
      const page = Array.from({ length: 1_000 }, (_, i) => tokenEntry(`${call}-${i}`, { reason }));
      await store.append(page);
      acknowledged.push(...page);
    };
    // Its log is made a table at 4 MiB.
    const fill = async () => {
      while (calls < 60) await append();
    };
    await assert.rejects(fill());
    await assert.rejects(append(), /is not a regular file/);
    mend();
    await append();
    await append();
    assert.equal(heard.at(-1), 0);
    // What kill -9 would leave.
    const copy = scratchFolder();
    cpSync(join(folder, "revocations"), join(copy, "revocations"), { recursive: true });
    await store.close();
    const again = await openLevelStore(copy);
    const found = await idsIn(again);
    await again.close();
    const lost = acknowledged.filter(({ id }) => !found.has(id));
    assert.equal(lost.length, 0);
  });
});
