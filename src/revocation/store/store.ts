/** Where revocations are kept on disk. */
import type { Revocation } from "../../core/index.js";

/** A store that one process owns, from its opening to its end. */
export interface RevocationStore {
  /** Reads every entry that expires at an instant (microseconds since 1970) or later, in pages. */
  load(oldest: number): AsyncIterable<readonly Revocation[]>;
  /** Writes entries. Settles once they are on disk (fsync); entries of several calls share one. */
  append(revocations: readonly Revocation[]): Promise<void>;
  /** Deletes entries that others, appended before, have made needless. */
  remove(revocations: readonly Revocation[]): Promise<void>;
  /** Deletes what expires before `now`, in microseconds since 1970. */
  removeExpired(now: number): Promise<void>;
  /** Writes what is under way, and gives the store up. */
  close(): Promise<void>;
}

/** The store cannot be opened: another process owns it, or the folder cannot be used. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
