/** How fast a peer takes its answers. */

/** How far back it is looked, in milliseconds; at most twice as far. */
const WINDOW_MS = 15_000;
/** What a peer has read before it was looked at, as far as is assumed: so many octets in so many milliseconds. */
const ASSUMED_OCTETS = 64 * 1024;
const ASSUMED_MS = 1_000;

/** The pace of one connection, since something of its answers waits, over the last half minute at most. */
export class Uptake {
  #olderAt: number;
  #olderTaken = 0;
  #newerAt: number;
  #newerTaken = 0;

  /** @param now a monotonic time in milliseconds, as for all methods */
  constructor(now: number) {
    this.#olderAt = now;
    this.#newerAt = now;
  }

  /**
   * Looks at the connection, every so often.
   *
   * @param waiting octets that wait
   * @param taken octets that the system has taken since the connection began
   */
  look(now: number, waiting: number, taken: number): void {
    if (waiting === 0) {
      this.#olderAt = now;
      this.#olderTaken = taken;
    } else if (now - this.#newerAt < WINDOW_MS) {
      return;
    } else {
      this.#olderAt = this.#newerAt;
      this.#olderTaken = this.#newerTaken;
    }
    this.#newerAt = now;
    this.#newerTaken = taken;
  }

  /** For how long it has been looked at, in milliseconds. */
  seenMs(now: number): number {
    return now - this.#olderAt;
  }

  /** How long the peer would take for what waits at its pace, in milliseconds. Parameters as for `look`. */
  remainingMs(now: number, waiting: number, taken: number): number {
    const octets = taken - this.#olderTaken + ASSUMED_OCTETS;
    return (waiting * (this.seenMs(now) + ASSUMED_MS)) / octets;
  }
}
