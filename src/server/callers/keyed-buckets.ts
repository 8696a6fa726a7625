/** A bucket for every key: for those who have no row, and so no rate, of their own. */
import { TokenBucket } from "./token-bucket.js";

/** The most keys that are remembered; beyond it the one that was not used for longest is forgotten. */
const MAX_KEYS = 10_000;

/** Buckets that are made when their key comes first. */
export class KeyedBuckets {
  readonly #perSecond: number;
  readonly #burst: number | undefined;
  /** Those that were used last at the end: who goes on does not begin anew, however many others come. */
  readonly #buckets = new Map<string, TokenBucket>();

  /** @param perSecond and @param burst of each bucket, as `TokenBucket` has them */
  constructor(perSecond: number, burst?: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** The bucket of a key. `now` is in milliseconds of a clock that never goes back. */
  of(key: string, now = performance.now()): TokenBucket {
    const known = this.#buckets.get(key);
    if (known) this.#buckets.delete(key);
    else if (this.#buckets.size >= MAX_KEYS) this.#forgetQuietest();
    const bucket = known ?? new TokenBucket(this.#perSecond, now, this.#burst);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #forgetQuietest(): void {
    const [quietest] = this.#buckets.keys();
    this.#buckets.delete(quietest as string);
  }
}
