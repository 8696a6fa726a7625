/** Bounds how often each address calls: for callers that have no row, and so no rate, of their own. */
import { networkOf } from "../../transport/index.js";
import { KeyedBuckets } from "./keyed-buckets.js";
import type { TokenBucket } from "./token-bucket.js";

/** A rate for every address. */
export class AddressRates {
  readonly #buckets: KeyedBuckets | undefined;

  /** `perSecond` calls of one address, above 0; Infinity: no bound. */
  constructor(perSecond: number) {
    if (perSecond !== Number.POSITIVE_INFINITY) this.#buckets = new KeyedBuckets(perSecond);
  }

  /** Takes one call of an address, and gives 0; or the milliseconds until there will be one. */
  take(address: string, now?: number): number {
    return this.#bucketOf(address, now)?.take(now) ?? 0;
  }

  /**
   * Takes `count` more calls of an address, and gives 0; or, where it owes calls already, takes nothing and
   * gives the milliseconds until it will owe none.
   */
  charge(address: string, count: number, now?: number): number {
    return this.#bucketOf(address, now)?.charge(count, now) ?? 0;
  }

  /** The bucket of an address; undefined where nothing bounds it. */
  #bucketOf(address: string, now?: number): TokenBucket | undefined {
    return this.#buckets?.of(networkOf(address), now);
  }
}
