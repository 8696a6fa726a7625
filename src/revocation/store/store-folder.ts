/** Where the entries of a DATA_DIR lie, and whether they may lie there. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** The folder of the store in a DATA_DIR. */
export function storeFolder(dataDir: string): string {
  return join(dataDir, "revocations");
}

/** Whether a folder holds a store, which is not opened. */
export async function hasStore(dataDir: string): Promise<boolean> {
  return stat(storeFolder(dataDir)).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** The name of the file that tells LevelDB of all others, and those of files that hold entries. */
const CURRENT = "CURRENT";
const ENTRIES = /\.(ldb|sst|log)$/;

/**
 * Refuses a folder whose entries others may delete, and one with anything but files in it: LevelDB follows
 * links out of it, and waits for ever for the writer of a pipe. And one that was restored in part: where the file is
 * missing with which LevelDB begins, it deletes what it finds, and what was revoked would be accepted again.
 */
export async function checkStoreFolder(path: string): Promise<void> {
  const { mode } = await stat(path);
  if (mode & 0o002) throw new Error(`${path} can be written by every user: chmod o-w`);
  const files = await readdir(path, { withFileTypes: true });
  for (const file of files) {
    if (!file.isFile()) throw new Error(`${join(path, file.name)} is not a regular file`);
  }
  const names = files.map(({ name }) => name);
  if (!names.includes(CURRENT) && names.some((name) => ENTRIES.test(name))) {
    throw new Error(`${path} holds entries, but no ${CURRENT}: restore all of the folder`);
  }
}
