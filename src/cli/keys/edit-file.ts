/** Changes a keyset file as a whole or not at all, one command at a time. */
import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  type FileKey,
  formatKeysetFile,
  MAX_KEYSET_BYTES,
  parseKeysetFile,
} from "../../server/keyset-file.js";
import { readSnapshot } from "../../server/watched-file.js";

/** How often, and how far apart in milliseconds, a lock that another command holds is tried. */
const LOCK_ATTEMPTS = 100;
const LOCK_PAUSE_MS = 50;

/** Reads the keys of a file. @throws ConfigError for a file that breaks a rule. */
export async function readKeysetFile(path: string): Promise<FileKey[]> {
  return parseKeysetFile(await readSnapshot(path, MAX_KEYSET_BYTES));
}

/**
 * Replaces the keys of a file by what `edit` makes of them. Nothing is written when it throws, nor
 * when the result would break a rule.
 */
export async function editKeysetFile(
  path: string,
  edit: (keys: FileKey[]) => FileKey[],
): Promise<void> {
  // A link stays a link: what it leads to is replaced.
  const target = await realpath(path);
  await withLock(target, async () => write(target, edit(await readKeysetFile(target))));
}

/** Writes a file that is not there yet. */
export async function createKeysetFile(path: string, keys: FileKey[]): Promise<void> {
  await withLock(path, async () => {
    const exists = await realpath(path).catch(() => undefined);
    if (exists !== undefined) throw new Error(`${path} exists already`);
    await write(path, keys);
  });
}

/**
 * Writes beside the file and renames over it: a reader sees all of the old keys or all of the new,
 * and so does whoever starts again after a power cut.
 */
async function write(path: string, keys: readonly FileKey[]): Promise<void> {
  const bytes = Buffer.from(formatKeysetFile(keys));
  parseKeysetFile({ bytes, mode: 0o600 });
  const suffix = randomBytes(6).toString("hex");
  const temporary = join(dirname(path), `.${basename(path)}.${suffix}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}

/** A lock file beside the file: two commands at once would lose the change of one. */
async function withLock(path: string, work: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`;
  for (let attempt = 1; ; attempt++) {
    try {
      await (await open(lock, "wx", 0o600)).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (attempt < LOCK_ATTEMPTS) await setTimeout(LOCK_PAUSE_MS);
      else throw new Error(`another command holds ${lock}: remove it if none is running`);
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}
