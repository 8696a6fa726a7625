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

  /** Takes one, and gives 0; or, when there is none, the milliseconds until there will be. */
  take(now = performance.now()): number {
    const gained = ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + gained);
    this.#filledAt = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000);
  }
}
