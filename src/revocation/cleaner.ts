/**
 * Removes from the disk and the log what nobody needs any more. What is there always stands for the same set
 * as what is in memory: nothing goes before what takes its place is kept.
 */
import type { Clock, Revocation } from "../core/index.js";
import type { Reporter } from "./reporter.js";
import type { RevocationStore } from "./store/store.js";

/** What memory has, and the disk and the log have not yet, since they were last cleaned. */
export interface IndexChanges {
  /** Entries that others have made needless. */
  readonly superseded: Revocation[];
  /** Entries that are nowhere else: until they are, what they stand for must stay. */
  readonly unions: Revocation[];
}

/** What a cleaner works with. */
export interface CleanerOptions {
  readonly changes: IndexChanges;
  readonly store?: RevocationStore | undefined;
  /** Makes entries durable that are in force already. Rejects where they are not. */
  readonly keep: (revocations: readonly Revocation[]) => Promise<void>;
  /** Deletes entries from the log, once it lacks nothing. */
  readonly removeFromLog: (revocations: readonly Revocation[]) => void;
  readonly clock: Clock;
  /** How long an entry is kept beyond its expiry, in microseconds. */
  readonly keepMicros: number;
  readonly reporter: Reporter;
}

/** Cleans whenever it is told to. */
export class Cleaner {
  readonly #options: CleanerOptions;
  #underWay: Promise<void> | undefined;

  constructor(options: CleanerOptions) {
    this.#options = options;
  }

  /** Settles once what is needless by now is gone, or was not to be removed, which is reported. Never rejects. */
  clean(): Promise<void> {
    this.#underWay ??= this.#clean().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Settles once nothing is under way. */
  async idle(): Promise<void> {
    await this.#underWay;
  }

  async #clean(): Promise<void> {
    const { changes, store, removeFromLog, clock, keepMicros, reporter } = this.#options;
    const unions = changes.unions.splice(0);
    const superseded = changes.superseded.splice(0);
    try {
      await this.#keepUnions(unions, superseded);
      removeFromLog(superseded);
      await Promise.all([
        store?.removeExpired(clock() - keepMicros),
        superseded.length > 0 ? store?.remove(superseded) : undefined,
      ]);
    } catch (error) {
      const why = (error as Error).message;
      reporter.error({ why }, "expired revocations stay in DATA_DIR");
    }
  }

  async #keepUnions(unions: Revocation[], superseded: Revocation[]): Promise<void> {
    if (unions.length === 0) return;
    try {
      await this.#options.keep(unions);
    } catch (error) {
      this.#options.changes.unions.unshift(...unions);
      this.#options.changes.superseded.unshift(...superseded);
      throw error;
    }
  }
}
