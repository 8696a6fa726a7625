/** Writes a file that others read at any time: they see the old text or the new, never a part. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";

/**
 * Replaces the text of `path` if it is still `before` (undefined: if there is no file yet). Mode 0600.
 * @throws Error when another edit is under way, or has been made since `before` was read.
 */
export function writeAtomically(path: string, text: string, before: string | undefined): void {
  const next = `${path}.new`;
  let file: number;
  try {
    // "wx" is the lock: of two edits at a time the second finds the file there.
    file = openSync(next, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Error(`${next} exists: another edit is under way, or was cut off`);
  }
  try {
    const now = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    if (now !== before) throw new Error(`${path} has changed meanwhile; try again`);
    writeSync(file, text);
    fsyncSync(file);
    renameSync(next, path);
  } catch (error) {
    unlinkSync(next);
    throw error;
  } finally {
    closeSync(file);
  }
}
