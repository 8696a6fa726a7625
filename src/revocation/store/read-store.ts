/** What a store holds, into memory, once a server starts. */
import type { Revocation } from "../../core/index.js";
import { faultOf } from "../entry-text.js";
import type { LiveIndex } from "../live-index.js";
import { type RevocationStore, StoreError } from "./store.js";

/** @throws StoreError as `readStore` */
export function requireWellFormed(revocation: Revocation): void {
  const fault = faultOf(revocation);
  if (fault === undefined) return;
  const remedy = "export the entries, mend the line, and import them into an empty folder";
  throw new StoreError(`holds an entry that no server writes: ${fault}; ${remedy}`);
}

/**
 * Adds every entry that expires at an instant (microseconds since 1970) or later.
 * @throws StoreError for an entry that no server writes: the log and the feeds would end at it, and to pass
 * it over might accept what was revoked
 */
export async function readStore(
  store: RevocationStore,
  oldest: number,
  index: LiveIndex,
): Promise<void> {
  for await (const page of store.load(oldest)) {
    for (const revocation of page) {
      requireWellFormed(revocation);
      index.add(revocation);
    }
  }
}
