/** Valid answers, kept for a few seconds by the digest of their token. Refusals are never kept. */
import { createHash } from "node:crypto";
import { refuseUnknownOptions } from "../../values/known-options.js";
import type { Claims } from "../operations.js";
import { tell } from "../tell.js";
import { type CacheClock, PLATFORM_CLOCK } from "../verifier/steady-clock.js";

/** The longest that an answer may be kept: so long may a revoked token go on passing. */
const MAX_TTL_MS = 60_000;

/** How much is kept, and for how long. */
export interface ClaimsCacheOptions {
  /** Milliseconds that an answer is kept, above 0, at most 60,000; never beyond the token's expiry. */
  readonly ttlMs: number;
  /** The most answers that are kept, 1 or more. The oldest make room. */
  readonly maxEntries: number;
  /** Is called for each token that a kept answer is found for, for metrics. Default: nobody is. */
  readonly onHit?: (() => void) | undefined;
  /** Default: the platform's clocks. */
  readonly clock?: CacheClock | undefined;
}

const OPTIONS: readonly (keyof ClaimsCacheOptions)[] = ["ttlMs", "maxEntries", "onHit", "clock"];

/** A moment by both clocks. */
export interface Moment {
  readonly steady: number;
  readonly wall: number;
}

interface Entry {
  readonly claims: Claims;
  readonly asked: Moment;
  readonly keepMs: number;
}

/** A bounded map in the order in which answers arrived. */
export class ClaimsCache {
  readonly #ttlMs: number;
  readonly #maxEntries: number;
  readonly #onHit: (() => void) | undefined;
  readonly #clock: CacheClock;
  readonly #entries = new Map<string, Entry>();

  /** @throws TypeError for an option that does not exist, and a time or a size that is out of range. */
  constructor(options: ClaimsCacheOptions) {
    refuseUnknownOptions("cache", options, OPTIONS);
    const { ttlMs, maxEntries, onHit, clock = PLATFORM_CLOCK } = options;
    if (!(ttlMs > 0 && ttlMs <= MAX_TTL_MS)) {
      throw new TypeError(`ttlMs must be above 0 and at most ${MAX_TTL_MS}`);
    }
    if (!(Number.isSafeInteger(maxEntries) && maxEntries >= 1)) {
      throw new TypeError("maxEntries must be a whole number above 0");
    }
    this.#ttlMs = ttlMs;
    this.#maxEntries = maxEntries;
    this.#onHit = onHit;
    this.#clock = clock;
  }

  /** How many answers are held, stale ones included. */
  get size(): number {
    return this.#entries.size;
  }

  /** The present, to hand to `put` once the question asked now is answered. */
  now(): Moment {
    return { steady: this.#clock.steady(), wall: this.#clock.wall() };
  }

  /** A token's claims, while they may be believed. */
  get(token: string): Claims | undefined {
    const key = digest(token);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (!isFresh(entry, this.now())) {
      this.#entries.delete(key);
      return undefined;
    }
    tell(this.#onHit);
    return entry.claims;
  }

  /**
   * Keeps an answer to what was asked at `asked`. What the token had left was measured after that, so
   * that counting from `asked` ends early rather than late.
   */
  put(token: string, claims: Claims, asked: Moment, remainingMs: number): void {
    const key = digest(token);
    this.#entries.delete(key);
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size < this.#maxEntries && isFresh(entry, asked)) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { claims, asked, keepMs: Math.min(this.#ttlMs, remainingMs) });
  }
}

/** Either clock ends an entry, and so does one that was set back. */
function isFresh({ asked, keepMs }: Entry, now: Moment): boolean {
  const wallAge = now.wall - asked.wall;
  return now.steady - asked.steady < keepMs && wallAge < keepMs && wallAge >= 0;
}

/** A memory dump of the cache holds no token. */
function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
