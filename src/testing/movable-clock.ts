/** The machine's clocks, which a test can set forward. */

/** Clocks for a stand-in and for what keeps its answers. */
export class MovableClock {
  #aheadMs = 0;

  /** As `CacheClock.steady` of secure-token-service/middleware. */
  readonly steady = (): number => performance.now() + this.#aheadMs;
  /** As `CacheClock.wall`. */
  readonly wall = (): number => Date.now() + this.#aheadMs;
  /** The present of the core, in microseconds. */
  readonly micros = (): number => Math.floor(this.wall() * 1000);

  /** Sets all of them forward. @throws TypeError for a length that is negative or no number. */
  advance(ms: number): void {
    if (!(ms >= 0 && Number.isFinite(ms))) {
      throw new TypeError("advance takes milliseconds, at least 0");
    }
    this.#aheadMs += ms;
  }
}
