import type { Allowance } from "./limits.js";

/** Counts what a peer spends of an allowance. */
export class Budget {
  readonly #allowance: Allowance;
  #left: number;
  #filledAt: number;

  /** @param now a monotonic time in milliseconds, as for `spend` */
  constructor(allowance: Allowance, now: number) {
    this.#allowance = allowance;
    this.#left = allowance.burst;
    this.#filledAt = now;
  }

  /** Adds what a stream adds. */
  earnStream(): void {
    const { burst, perStream } = this.#allowance;
    this.#left = Math.min(burst, this.#left + perStream);
  }

  /** Adds what a DATA frame of ours adds, which has that many octets. */
  earnAnswerFrame(octets: number): void {
    const { burst, perAnswerFrame } = this.#allowance;
    this.#left = Math.min(burst, this.#left + Math.min(octets, perAnswerFrame));
  }

  /** Takes an amount. Whether there was enough. */
  spend(amount: number, now: number): boolean {
    const { burst, perSecond } = this.#allowance;
    this.#left = Math.min(burst, this.#left + ((now - this.#filledAt) * perSecond) / 1000) - amount;
    this.#filledAt = now;
    return this.#left >= 0;
  }
}
