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

/**
 * Refuses a folder whose entries others may delete, and one with anything but files in it: LevelDB follows
 * links out of it, and waits for ever for the writer of a pipe.
 */
export async function checkStoreFolder(path: string): Promise<void> {
  const { mode } = await stat(path);
  if (mode & 0o002) throw new Error(`${path} can be written by every user: chmod o-w`);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isFile()) throw new Error(`${join(path, entry.name)} is not a regular file`);
  }
}
