/** A bucket for every key: for those who have no row, and so no rate, of their own. */
import { TokenBucket } from "./token-bucket.js";

/** The most keys that are remembered; beyond it the one that has come first is forgotten. */
const MAX_KEYS = 10_000;

/** Buckets that are made when their key comes first. */
export class KeyedBuckets {
  readonly #perSecond: number;
  readonly #burst: number | undefined;
  readonly #buckets = new Map<string, TokenBucket>();

  /** @param perSecond and @param burst of each bucket, as `TokenBucket` has them */
  constructor(perSecond: number, burst?: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** The bucket of a key. `now` is in milliseconds of a clock that never goes back. */
  of(key: string, now = performance.now()): TokenBucket {
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new TokenBucket(this.#perSecond, now, this.#burst);
      if (this.#buckets.size >= MAX_KEYS) {
        const [oldest] = this.#buckets.keys();
        this.#buckets.delete(oldest as string);
      }
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }
}
