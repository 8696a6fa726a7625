/** Reads files whose size nobody has promised. */
import { readSync } from "node:fs";

/**
 * What an open file, pipe or device gives from its present position to its end; undefined beyond `maxBytes`. Sizes
 * that the file system tells do not count: a file may grow while it is read, and some are told to be empty.
 */
export function readAtMost(fd: number, maxBytes: number): Buffer | undefined {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read) {
    read = readSync(fd, buffer, length, buffer.length - length, null);
  }
  return length > maxBytes ? undefined : buffer.subarray(0, length);
}
