/** How old a process's knowledge of revocations is, and whether that is recent enough. */

/** Clocks in milliseconds; tests give their own. */
export interface FreshnessClocks {
  /** Never goes back, and may stand still while the machine sleeps. Default `performance.now`. */
  readonly monotonic?: () => number;
  /** Counts the time that the machine sleeps, and may be set. Default `Date.now`. */
  readonly wall?: () => number;
}

/**
 * Starts as knowing nothing. Age is measured by both clocks, and the larger one counts: a sleep of
 * the machine does not pass for freshness, and neither does a wall clock that is set back.
 */
export class Freshness {
  readonly #maxMs: number;
  readonly #monotonic: () => number;
  readonly #wall: () => number;
  #knownMonotonic = Number.NEGATIVE_INFINITY;
  #knownWall = Number.NEGATIVE_INFINITY;
  #always = false;

  /** @param maxMs the age up to which knowledge is fresh, in milliseconds */
  constructor(maxMs: number, clocks: FreshnessClocks = {}) {
    this.#maxMs = maxMs;
    this.#monotonic = clocks.monotonic ?? (() => performance.now());
    this.#wall = clocks.wall ?? Date.now;
  }

  /** Whether knowledge is recent enough to vouch for a token. Read for every call. */
  get isFresh(): boolean {
    return this.#always || this.stalenessMs <= this.#maxMs;
  }

  /** The age in milliseconds; Infinity as long as nothing is known. */
  get stalenessMs(): number {
    if (this.#always) return 0;
    const byMonotonic = this.#monotonic() - this.#knownMonotonic;
    return Math.max(0, byMonotonic, this.#wall() - this.#knownWall);
  }

  /** From now on knowledge is never old: this process is the one that decides. */
  setAlways(): void {
    this.#always = true;
  }

  /** Knowledge is this old at present, in milliseconds; Infinity: there is none. Never makes it older. */
  note(ageMs: number): void {
    this.#knownMonotonic = Math.max(this.#knownMonotonic, this.#monotonic() - ageMs);
    const wall = this.#wall() - ageMs;
    // A wall clock that was set back leaves an earlier note in its future.
    this.#knownWall = this.#knownWall > this.#wall() ? wall : Math.max(this.#knownWall, wall);
  }
}
