/** Revocations that end with the process: for loopback, and for tests. */
import type { Claims, Clock, Revocation } from "../core/index.js";
import { Feed } from "./feed.js";
import { LiveIndex } from "./live-index.js";
import type { FeedEvent, RevocationPage, RevocationQuery, RevocationRegister } from "./register.js";
import { listPage } from "./revocation-list.js";

/** How often expired entries are looked for, in milliseconds. */
const EXPIRE_MS = 60_000;

/** What a register in memory is made from. */
export interface MemoryRegisterOptions {
  /** Tells the present. */
  readonly clock: Clock;
  /** Names its feed: unpredictable, another one in every process. */
  readonly feedId: string;
}

/** Keeps revocations in this process's memory alone. */
export class MemoryRegister implements RevocationRegister {
  readonly isEnabled = true;
  readonly isFresh = true;
  readonly #index = new LiveIndex();
  readonly #feed: Feed;
  readonly #timer: NodeJS.Timeout;

  constructor({ clock, feedId }: MemoryRegisterOptions) {
    this.#feed = new Feed(this.#index, { id: feedId, stalenessMs: () => 0 });
    this.#timer = setInterval(() => this.#index.expire(clock()), EXPIRE_MS).unref();
  }

  isRevoked(claims: Claims): boolean {
    return this.#index.isRevoked(claims);
  }

  cutOffOf(userId: string): number {
    return this.#index.cutOffOf(userId);
  }

  async revoke(revocations: readonly Revocation[]): Promise<void> {
    this.#feed.publish(revocations.filter((revocation) => this.#index.add(revocation)));
  }

  list(query: RevocationQuery): RevocationPage {
    return listPage(this.#index, query);
  }

  watch(cursor: string, signal: AbortSignal): AsyncIterable<FeedEvent> {
    return this.#feed.watch(cursor, signal);
  }

  /** Ends its timer. */
  close(): void {
    clearInterval(this.#timer);
  }
}
