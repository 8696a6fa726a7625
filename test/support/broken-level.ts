/** A LevelDB that fails as on a broken disk, whoever runs the test. */
import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/** How many tables it may try to make meanwhile. */
const TABLES = 40;

/**
 * Puts folders in the place of the next tables of a store that is open and new: once its log has grown to 4 MiB it
 * can make none, and refuses every write. The answer takes them away.
 */
export function breakTables(dataDir: string): () => void {
  const numbers = Array.from({ length: TABLES }, (_, i) => `${i + 4}`.padStart(6, "0"));
  const paths = numbers.map((number) => join(dataDir, "revocations", `${number}.ldb`));
  for (const path of paths) mkdirSync(path);
  return () => {
    for (const path of paths) rmdirSync(path);
  };
}
