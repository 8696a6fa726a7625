/** Files that options name: certificates, keys, API keys. */
import { closeSync, openSync } from "node:fs";
import { readAtMost } from "../server/config/read-at-most.js";
import { fileText } from "../server/file-text.js";
import { UsageError } from "./usage.js";

/** More than any bundle of certificates has, in bytes; a device would never end. */
const MAX_BYTES = 1024 * 1024;

/** The text of a file or pipe; `option` is its name without dashes. @throws UsageError */
export function readOptionFile(option: string, path: string): string {
  let bytes: Buffer | undefined;
  try {
    const fd = openSync(path, "r");
    try {
      bytes = readAtMost(fd, MAX_BYTES);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new UsageError(`--${option} ${path} cannot be read (${code})`);
  }
  if (bytes) return fileText(bytes);
  throw new UsageError(`--${option} ${path} is larger than ${MAX_BYTES} bytes`);
}
