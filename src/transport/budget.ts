/** What a peer may use up: so much at once, and so much more every second. */
export class Budget {
  readonly #most: number;
  readonly #perSecond: number;
  #left: number;
  #filledAt: number;

  /** A full budget. `now` is a monotonic time in milliseconds, here and in `fill`. */
  constructor(most: number, perSecond: number, now: number) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#left = most;
    this.#filledAt = now;
  }

  /** Adds what the time that has passed is good for. */
  fill(now: number): void {
    this.earn(((now - this.#filledAt) / 1000) * this.#perSecond);
    this.#filledAt = now;
  }

  /** Adds what the peer has earned by useful work, as far as there is room. */
  earn(amount: number): void {
    this.#left = Math.min(this.#most, this.#left + amount);
  }

  /** Uses some up. False when it is more than was left. */
  spend(amount: number): boolean {
    this.#left -= amount;
    return this.#left >= 0;
  }
}
