/** At which instants a manager issues tokens, and how late sessions may so have begun. */
import type { RevocationCheck } from "./revocations.js";
import { type Clock, Instant } from "./time.js";

/** How far another clock may run ahead, in microseconds. */
export const CLOCK_SKEW = 60_000_000;

/** The clock, moved behind cut-offs, with a memory of the latest instant that it gave. */
export class IssueTimes {
  readonly #clock: Clock;
  readonly #revocations: RevocationCheck;
  /** In microseconds since 1970. The clock may have been set back since. */
  #latest = 0;

  constructor(clock: Clock, revocations: RevocationCheck) {
    this.#clock = clock;
    this.#revocations = revocations;
  }

  /** The present, or the instant behind the user's latest cut-off: no earlier revocation hits it. */
  next(userId: string): Instant {
    const micros = Math.max(this.#clock(), this.#revocations.cutOffOf(userId) + 1);
    this.#latest = Math.max(this.#latest, micros);
    return Instant.fromMicros(micros);
  }

  /** How late a session of a user, or of anybody, may have begun, in microseconds since 1970. */
  latestStart(userId?: string): number {
    const afterCutOff = this.#revocations.cutOffOf(userId) + 1;
    // What is issued after a cut-off that is further ahead would be of the future: it keeps people out. A
    // user that has one already loses nothing by another microsecond.
    const near = this.#clock() + CLOCK_SKEW;
    const known = userId !== undefined || afterCutOff <= near ? afterCutOff : 0;
    return this.#latest <= near ? Math.max(known, this.#latest) : known;
  }
}
