/** Where revocations are kept on disk. */
import type { Revocation } from "../../core/index.js";
import type { Reporter } from "../reporter.js";

/** A store that one process owns, from its opening to its end. */
export interface RevocationStore {
  /** Reads every entry that expires at an instant (microseconds since 1970) or later, in pages. */
  load(oldest: number): AsyncIterable<readonly Revocation[]>;
  /**
   * Writes entries. Settles once they are on disk (fsync); entries of several calls share one. Rejects
   * where they cannot be written: they may be there all the same, and the store goes on with the next call.
   */
  append(revocations: readonly Revocation[]): Promise<void>;
  /** Deletes entries that others, appended before, have made needless. */
  remove(revocations: readonly Revocation[]): Promise<void>;
  /** Deletes what expires before `now`, in microseconds since 1970. */
  removeExpired(now: number): Promise<void>;
  /** Names who knows what must be in it. Without an owner nothing that a failed disk has lost is written again. */
  ownedBy(owner: StoreOwner): void;
  /** Writes what is under way, and gives the store up. */
  close(): Promise<void>;
}

/** Who keeps in memory what a store keeps on disk. */
export interface StoreOwner {
  /** Every entry in force. After a failure the store is compared with them; entries may come meanwhile. */
  known(): Iterable<Revocation>;
  /** Puts entries in force that are on the disk: another process may have owned the store after a failure. */
  learn(revocations: readonly Revocation[]): Promise<void>;
  /** Is told when nothing can be written, and when it can be again. */
  readonly reporter: Reporter;
}

/** The store cannot be opened: another process owns it, or the folder cannot be used. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
