/**
 * The embedded store: LevelDB in DATA_DIR. LevelDB locks its folder through the kernel, so the lock
 * ends with the process, however that ends, and holds across containers that share the folder.
 */
import { mkdir } from "node:fs/promises";
import { ClassicLevel } from "classic-level";
import { firstKeyOf, toKey } from "./entry-bytes.js";
import { GroupCommit } from "./group-commit.js";
import { readPages } from "./level-pages.js";
import { causeOf, LevelWriter, toPut, type Write } from "./level-writer.js";
import { type RevocationStore, StoreError } from "./store.js";
import { checkStoreFolder, storeFolder } from "./store-folder.js";

/** How many keys are deleted at once. */
const PAGE_SIZE = 1000;

/**
 * Opens the store of a folder, and makes both where there are none. The folder is readable by its
 * owner alone.
 * @throws StoreError when another process owns the store, and when it cannot be used: the folder is not
 * there and cannot be made, every user can write it, or something in it is not a regular file.
 */
export async function openLevelStore(dataDir: string): Promise<RevocationStore> {
  const path = storeFolder(dataDir);
  // Entries are random ids and hashes: compressing them costs time and gains nothing.
  const options = { keyEncoding: "buffer", valueEncoding: "buffer", compression: false } as const;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await checkStoreFolder(path);
  } catch (error) {
    throw toStoreError(error, dataDir);
  }
  // Opens by itself as well: only a folder that has been looked at.
  const db = new ClassicLevel<Buffer, Buffer>(path, options);
  try {
    await db.open();
  } catch (error) {
    throw toStoreError(error, dataDir);
  }
  const writer = new LevelWriter(db, () => checkStoreFolder(path));
  // Every write goes through it, one after the other: none may follow one that has failed.
  const commits = new GroupCommit<Write>((writes) => writer.write(writes));
  return {
    load: (oldest) => readPages(db, oldest),
    append: (revocations) => commits.add(revocations.map(toPut)),
    // In order with the entries that take their place: never on disk without those.
    remove: (revocations) => commits.add(revocations.map((entry) => toDelete(toKey(entry)))),
    async removeExpired(now) {
      // A store that failed is opened anew by this, though nobody revokes anything.
      await commits.add([]);
      let last: Buffer = Buffer.alloc(0);
      for (;;) {
        const range = { gt: last, lt: firstKeyOf(now), limit: PAGE_SIZE };
        const keys = await db.keys(range).all();
        if (keys.length === 0) return;
        await commits.add(keys.map(toDelete));
        last = keys.at(-1) as Buffer;
      }
    },
    ownedBy: (owner) => writer.ownedBy(owner),
    async close() {
      await commits.idle();
      await writer.close();
    },
  };
}

function toDelete(key: Buffer): Write {
  return { type: "del", key };
}

function toStoreError(error: unknown, dataDir: string): StoreError {
  const { code, message } = causeOf(error);
  const text =
    code === "LEVEL_LOCKED"
      ? `${dataDir} is in use by another server: a folder belongs to one server at a time`
      : `${dataDir} cannot be used: ${message}`;
  return new StoreError(text, { cause: error });
}
