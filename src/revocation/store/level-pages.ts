/** The entries of LevelDB, in pages. */
import type { ClassicLevel } from "classic-level";
import type { Revocation } from "../../core/index.js";
import { firstKeyOf, fromBytes } from "./entry-bytes.js";

/** How many entries are read, and how many bytes, before they are handed on. */
const PAGE_SIZE = 1000;
const READ_AHEAD_BYTES = 1024 * 1024;

/**
 * Reads what expires at an instant (microseconds since 1970) or later, in the order of expiry.
 * @throws EntryBytesError
 */
export async function* readPages(
  level: Pick<ClassicLevel<Buffer, Buffer>, "iterator">,
  oldest: number,
): AsyncGenerator<Revocation[], void> {
  const range = { gte: firstKeyOf(oldest), highWaterMarkBytes: READ_AHEAD_BYTES };
  const entries = level.iterator(range);
  try {
    for (;;) {
      const page = await entries.nextv(PAGE_SIZE);
      if (page.length === 0) return;
      yield page.map(([key, value]) => fromBytes(key, value));
    }
  } finally {
    await entries.close();
  }
}
