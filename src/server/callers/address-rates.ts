/** Bounds how often each address calls: for callers that have no row, and so no rate, of their own. */
import { networkOf } from "../../transport/index.js";
import { TokenBucket } from "./token-bucket.js";

/** The most addresses that are remembered; beyond it the one that has called first is forgotten. */
const MAX_ADDRESSES = 10_000;

/** A rate for every address. */
export class AddressRates {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, TokenBucket>();

  /** `perSecond` calls of one address, above 0; Infinity: no bound. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
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
    return this.#bucketOf(address, now)?.chargeUnlessOwing(count, now) ?? 0;
  }

  /** The bucket of an address; undefined where nothing bounds it. */
  #bucketOf(address: string, now?: number): TokenBucket | undefined {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return undefined;
    const network = networkOf(address);
    let bucket = this.#buckets.get(network);
    if (!bucket) {
      bucket = new TokenBucket(this.#perSecond, now);
      if (this.#buckets.size >= MAX_ADDRESSES) {
        const [oldest] = this.#buckets.keys();
        this.#buckets.delete(oldest as string);
      }
      this.#buckets.set(network, bucket);
    }
    return bucket;
  }
}
