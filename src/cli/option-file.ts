/** Files that options name: certificates, keys, API keys. */
import { closeSync, openSync, readSync } from "node:fs";
import { UsageError } from "./usage.js";

/** More than any bundle of certificates has, in bytes; a device would never end. */
const MAX_BYTES = 1024 * 1024;

/** The text of a file or pipe; `option` is its name without dashes. @throws UsageError */
export function readOptionFile(option: string, path: string): string {
  const buffer = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  try {
    const fd = openSync(path, "r");
    try {
      for (;;) {
        const count = readSync(fd, buffer, length, buffer.length - length, null);
        length += count;
        if (count === 0) break;
      }
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new UsageError(`--${option} ${path} cannot be read (${code})`);
  }
  if (length <= MAX_BYTES) return buffer.toString("utf8", 0, length);
  throw new UsageError(`--${option} ${path} is larger than ${MAX_BYTES} bytes`);
}
