/** Takes in what the log tells of: in force at once, and on the disk behind that. */
import type { Clock, Revocation } from "../core/index.js";
import type { InForce } from "./in-force.js";
import type { RevocationStore } from "./store/store.js";

/** How many entries of the log may be on their way to the disk before the log is read on. */
const MAX_UNSTORED = 20_000;

/** What an intake works with. */
export interface LogIntakeOptions {
  readonly inForce: InForce;
  readonly store?: RevocationStore | undefined;
  readonly clock: Clock;
  /** How long an entry is kept after its expiry, in microseconds. */
  readonly keepMicros: number;
}

/** Entries of the log, on their way into memory and onto the disk. */
export class LogIntake {
  readonly #options: LogIntakeOptions;
  /** How many are on their way to the disk, and when the last of them is there. */
  #unstored = 0;
  #stored = Promise.resolve();

  constructor(options: LogIntakeOptions) {
    this.#options = options;
  }

  /** Settles once the entries are in force, and the log may be read on: they are in it, and a slow disk has time. */
  async take(revocations: readonly Revocation[]): Promise<void> {
    const { inForce, clock, keepMicros } = this.#options;
    const oldest = clock() - keepMicros;
    const alive = revocations.filter(({ expiresAt }) => expiresAt >= oldest);
    await inForce.merge(alive, (added) => this.#store(added));
    if (this.#unstored > MAX_UNSTORED) await this.#stored;
  }

  #store(added: readonly Revocation[]): void {
    const { store } = this.#options;
    if (store === undefined || added.length === 0) return;
    this.#unstored += added.length;
    this.#stored = store
      .append(added)
      // The store has told it, and writes what is in force once it can.
      .catch(() => {})
      .finally(() => {
        this.#unstored -= added.length;
      });
  }
}
