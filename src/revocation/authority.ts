/**
 * The one process of a server that decides: it owns the store and the connection to the shared log,
 * and every revocation of the server goes through it. Its workers, where there are any, follow it.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Claims, Clock, Revocation } from "../core/index.js";
import { Cleaner, type IndexChanges } from "./cleaner.js";
import { writeFaultOf } from "./entry-text.js";
import { Feed } from "./feed.js";
import { Freshness, type FreshnessClocks } from "./freshness.js";
import { InForce, type Subscriber } from "./in-force.js";
import { EXPIRE_STEP, EXPIRE_STEP_MS, LiveIndex } from "./live-index.js";
import type { RevocationLog } from "./log/log.js";
import { LogFollower } from "./log/log-follower.js";
import { LogIntake } from "./log-intake.js";
import {
  type FeedWatch,
  RevocationNotStoredError,
  type RevocationPage,
  type RevocationQuery,
  type RevocationRegister,
} from "./register.js";
import type { Reporter } from "./reporter.js";
import { listPage } from "./revocation-list.js";
import { readStore, requireWellFormed } from "./store/read-store.js";
import type { RevocationStore } from "./store/store.js";

/** How often expired entries are deleted from the store, in milliseconds. */
const CLEAN_MS = 60_000;
/** How long the log may take before a server with a store starts without it, in milliseconds. */
const START_WAIT_MS = 2_000;
/**
 * How long an entry is kept beyond its expiry, in microseconds: a clock that is ahead by less deletes
 * nothing that another server still needs, or this one once its clock is set right.
 */
export const KEEP_MICROS = 3_600_000_000;

/** What an authority is made from. */
export interface AuthorityOptions {
  /** Tells the present. */
  readonly clock: Clock;
  /** Names its feed: unpredictable, another one in every process. */
  readonly feedId: string;
  readonly reporter: Reporter;
  /** Where entries are kept. Without a store and a log they end with the process. */
  readonly store?: RevocationStore | undefined;
  readonly log?: RevocationLog | undefined;
  /** Whether a revocation is refused while the log is away. Without a store it always is. */
  readonly logRequired?: boolean;
  /** How old knowledge of the log may be for a token to be vouched for, in milliseconds. */
  readonly maxStalenessMs?: number;
  readonly clocks?: FreshnessClocks;
}

/** Keeps a server's revocations: in memory, in the store, in the log, and in each worker. */
export class RevocationAuthority implements RevocationRegister {
  readonly isEnabled = true;
  readonly index: LiveIndex;
  readonly feed: Feed;
  readonly freshness: Freshness;
  readonly #options: AuthorityOptions;
  readonly #inForce: InForce;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #follower: LogFollower | undefined;
  readonly #cleaner: Cleaner;

  /**
   * Reads what the store holds, and begins to follow the log. Without a store it settles once all of
   * the log has been read: nothing else is known. With one it waits for that a moment, and settles
   * all the same, though not fresh: the log may be away for long. @throws StoreError as `readStore`.
   */
  static async open(options: AuthorityOptions): Promise<RevocationAuthority> {
    const changes: IndexChanges = { superseded: [], unions: [] };
    const index = new LiveIndex(
      (revocation) => changes.superseded.push(revocation),
      (union) => changes.unions.push(union),
    );
    if (options.store) await readStore(options.store, options.clock() - KEEP_MICROS, index);
    const authority = new RevocationAuthority(options, index, changes);
    const caughtUp = authority.#follower?.caughtUp;
    // While the log is away nothing else may keep the process alive: it would end in the middle of its start.
    const awake = setInterval(() => {}, START_WAIT_MS);
    try {
      await (options.store
        ? Promise.race([caughtUp, pause(START_WAIT_MS, undefined, { ref: false })])
        : caughtUp);
    } finally {
      clearInterval(awake);
    }
    return authority;
  }

  private constructor(options: AuthorityOptions, index: LiveIndex, changes: IndexChanges) {
    const { feedId, log, clock, reporter } = options;
    this.#options = options;
    this.#cleaner = new Cleaner({
      changes,
      store: options.store,
      keep: (unions) => this.#keepUnions(unions),
      removeFromLog: (superseded) => this.#follower?.removeLater(superseded),
      clock,
      keepMicros: KEEP_MICROS,
      reporter,
    });
    this.freshness = new Freshness(options.maxStalenessMs ?? 0, options.clocks);
    const stalenessMs = () => this.freshness.stalenessMs;
    this.index = index;
    this.feed = new Feed(index, { id: feedId, stalenessMs });
    this.#inForce = new InForce(index, this.feed);
    const expire = () => index.expire(clock() - KEEP_MICROS, EXPIRE_STEP);
    this.#timers = [
      setInterval(expire, EXPIRE_STEP_MS),
      setInterval(() => void this.#cleaner.clean(), CLEAN_MS),
    ];
    for (const timer of this.#timers) timer.unref();
    const known = () => this.#inForce.entries();
    options.store?.ownedBy({ known, reporter, learn: (page) => this.#learn(page) });
    if (!log) {
      this.freshness.setAlways();
      return;
    }
    const keepMicros = KEEP_MICROS;
    const intake = new LogIntake({
      inForce: this.#inForce,
      store: options.store,
      clock,
      keepMicros,
    });
    this.#follower = new LogFollower({
      log,
      clock,
      reporter,
      freshness: this.freshness,
      keepMicros,
      known,
      merge: (revocations) => intake.take(revocations),
    });
  }

  get isFresh(): boolean {
    return this.freshness.isFresh;
  }

  isRevoked(claims: Claims): boolean {
    return this.index.isRevoked(claims);
  }

  cutOffOf(userId?: string): number {
    return this.index.cutOffOf(userId);
  }

  /** @throws RangeError, and writes nothing, for an entry that a reader of the log, the disk or the feed would refuse */
  async revoke(revocations: readonly Revocation[]): Promise<void> {
    for (const revocation of revocations) {
      const fault = writeFaultOf(revocation);
      if (fault !== undefined) throw new RangeError(`an entry cannot be written: ${fault}`);
    }
    const isLogged = await this.#keep(revocations);
    await this.#inForce.put(revocations);
    // Once they are known: what the log lacks of all that is known is written without being told.
    if (!isLogged) this.#follower?.appendLater(revocations);
  }

  list(query: RevocationQuery): RevocationPage {
    return listPage(this.index, query);
  }

  watch(cursor: string, wake: () => void, caller?: string): FeedWatch {
    return this.feed.watch(cursor, wake, caller);
  }

  /** Tells a worker of every entry from now on, until the answer is called. */
  subscribe(subscriber: Subscriber): () => void {
    return this.#inForce.subscribe(subscriber);
  }

  /** Writes what is under way, and gives up the store and the log. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#follower?.close();
    await this.#cleaner.idle();
    await this.#options.store?.close();
  }

  /** Makes entries durable: in the log first, since that is what may refuse. Whether the log has them. */
  async #keep(revocations: readonly Revocation[]): Promise<boolean> {
    const { store, logRequired = true } = this.#options;
    let isLogged = true;
    try {
      await this.#follower?.append(revocations);
    } catch (error) {
      if (!store || logRequired) {
        throw new RevocationNotStoredError("the revocation log is away", { cause: error });
      }
      isLogged = false;
    }
    try {
      await store?.append(revocations);
    } catch (error) {
      throw new RevocationNotStoredError("DATA_DIR cannot be written", { cause: error });
    }
    return isLogged;
  }

  /** Makes entries durable that are in force, in the place of those that they are the union of. */
  async #keepUnions(unions: readonly Revocation[]): Promise<void> {
    const isLogged = await this.#keep(unions);
    if (!isLogged) this.#follower?.appendLater(unions);
  }

  /** Entries on the disk that this server may not know: another one owned the folder meanwhile. */
  async #learn(revocations: readonly Revocation[]): Promise<void> {
    const oldest = this.#options.clock() - KEEP_MICROS;
    const alive = revocations.filter(({ expiresAt }) => expiresAt >= oldest);
    for (const revocation of alive) requireWellFormed(revocation);
    const confirmations: Promise<unknown>[] = [];
    await this.#inForce.merge(alive, (added, confirmed) => {
      confirmations.push(confirmed);
      // Other servers follow the log alone. Once it is known here: see `revoke`.
      if (added.length > 0) this.#follower?.appendLater(added);
    });
    await Promise.all(confirmations);
  }
}
