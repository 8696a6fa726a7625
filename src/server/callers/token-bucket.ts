/** Bounds how often something happens. */

/** A bucket of one second's worth, filled as time passes. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAt: number;

  /** `perSecond` above 0; `now` in milliseconds of a clock that never goes back. */
  constructor(perSecond: number, now = performance.now()) {
    this.#perSecond = perSecond;
    this.#capacity = Math.max(1, perSecond);
    this.#tokens = this.#capacity;
    this.#filledAt = now;
  }

  /** Takes `count` more, whether they are there or not: what is owed is earned before the next. */
  charge(count: number): void {
    this.#tokens -= count;
  }

  /**
   * Takes `count` more where nothing is owed, and gives 0; or takes nothing, and gives the milliseconds until
   * nothing will be: where many share a bucket, what one of them owes is that of one batch at most.
   */
  chargeUnlessOwing(count: number, now = performance.now()): number {
    this.#fill(now);
    if (this.#tokens < 0) return this.#msUntil(0);
    this.charge(count);
    return 0;
  }

  /** Takes one, and gives 0; or, when there is none, the milliseconds until there will be. */
  take(now = performance.now()): number {
    this.#fill(now);
    if (this.#tokens < 1) return this.#msUntil(1);
    this.charge(1);
    return 0;
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
