/** Folders of a test's own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/** Makes an empty folder that goes with the process. */
export function scratchFolder(): string {
  if (made.length === 0) {
    process.on("exit", () => {
      for (const folder of made) rmSync(folder, { recursive: true, force: true });
    });
  }
  const folder = mkdtempSync(join(tmpdir(), "secure-token-"));
  made.push(folder);
  return folder;
}
