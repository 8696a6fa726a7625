/** Bounds how often something happens. */

/** A bucket that is filled as time passes. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAt: number;

  /**
   * @param perSecond above 0
   * @param now in milliseconds of a clock that never goes back
   * @param burst how many it holds. Default one second's worth, and 1 at least
   */
  constructor(perSecond: number, now = performance.now(), burst = Math.max(1, perSecond)) {
    this.#perSecond = perSecond;
    this.#capacity = burst;
    this.#tokens = this.#capacity;
    this.#filledAt = now;
  }

  /**
   * Takes `count` more where nothing is owed, whether they are there or not, and gives 0: what is owed then is
   * earned before the next. Or takes nothing, and gives the milliseconds until nothing will be owed: of calls that
   * were let in beside each other one alone is charged, so that what is owed is that of one batch at most.
   */
  charge(count: number, now = performance.now()): number {
    this.#fill(now);
    if (this.#tokens < 0) return this.#msUntil(0);
    this.#tokens -= count;
    return 0;
  }

  /** Takes one, and gives 0; or, when there is none, the milliseconds until there will be. */
  take(now = performance.now()): number {
    this.#fill(now);
    if (this.#tokens < 1) return this.#msUntil(1);
    this.#tokens -= 1;
    return 0;
  }

  /** Gives one back that was taken for nothing. */
  giveBack(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + 1);
  }

  #fill(now: number): void {
    const gained = ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + gained);
    this.#filledAt = now;
  }

  #msUntil(tokens: number): number {
    return Math.ceil(((tokens - this.#tokens) / this.#perSecond) * 1000);
  }
}
