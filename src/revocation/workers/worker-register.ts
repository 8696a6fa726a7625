/** The revocations of a worker: a copy of its primary's, which it asks to revoke. */
import type { Claims, Clock, Revocation } from "../../core/index.js";
import { fromEntryArray, toEntryArray } from "../entry-text.js";
import { Feed } from "../feed.js";
import { Freshness, type FreshnessClocks } from "../freshness.js";
import { EXPIRE_STEP, EXPIRE_STEP_MS, LiveIndex } from "../live-index.js";
import {
  type FeedWatch,
  RevocationNotStoredError,
  type RevocationPage,
  type RevocationQuery,
  type RevocationRegister,
} from "../register.js";
import { listPage } from "../revocation-list.js";
import type { Channel, Numbered, ToPrimary, ToWorker } from "./protocol.js";
import { afterSilence } from "./silence.js";

/** How long the primary may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;

/** What a worker's register is made from. */
export interface WorkerRegisterOptions {
  readonly channel: Channel<ToPrimary, ToWorker>;
  readonly clock: Clock;
  /** How old knowledge may be for a token to be vouched for, in milliseconds. */
  readonly maxStalenessMs: number;
  /** How long an entry is kept after its expiry, in microseconds. */
  readonly keepMicros: number;
  readonly clocks?: FreshnessClocks;
}

/** Follows its primary from `join` to the end of the process. */
export class WorkerRegister implements RevocationRegister {
  readonly isEnabled = true;
  readonly #options: WorkerRegisterOptions;
  readonly #index = new LiveIndex();
  readonly #freshness: Freshness;
  readonly #pending = new Map<number, (error?: string) => void>();
  #asked = 0;
  #feed: Feed | undefined;
  /**
   * Changes that came before the end of the snapshot. They are confirmed, since this process serves
   * nobody yet, and come behind the snapshot, whose order of arrival is kept so.
   */
  #early: Numbered[] = [];
  #complete: () => void = () => {};

  /** Asks the primary for everything; settles once all of it is in force here. */
  static async join(options: WorkerRegisterOptions): Promise<WorkerRegister> {
    const register = new WorkerRegister(options);
    const complete = new Promise<void>((resolve) => {
      register.#complete = resolve;
    });
    options.channel.send({ join: true });
    await complete;
    const { clock, keepMicros } = options;
    const expire = () => register.#index.expire(clock() - keepMicros, EXPIRE_STEP);
    setInterval(expire, EXPIRE_STEP_MS).unref();
    return register;
  }

  private constructor(options: WorkerRegisterOptions) {
    this.#options = options;
    this.#freshness = new Freshness(options.maxStalenessMs, options.clocks);
    options.channel.onMessage((message) => this.#onMessage(message));
  }

  get isFresh(): boolean {
    return this.#freshness.isFresh;
  }

  isRevoked(claims: Claims): boolean {
    return this.#index.isRevoked(claims);
  }

  cutOffOf(userId?: string): number {
    return this.#index.cutOffOf(userId);
  }

  revoke(revocations: readonly Revocation[]): Promise<void> {
    const number = ++this.#asked;
    return new Promise((resolve, reject) => {
      const settle = (error?: string) => {
        hasSpoken();
        this.#pending.delete(number);
        if (error === undefined) resolve();
        else reject(new RevocationNotStoredError(error));
      };
      const hasSpoken = afterSilence(ANSWER_MS, () => settle("the primary does not answer"));
      this.#pending.set(number, settle);
      this.#options.channel.send({ revoke: revocations.map(toEntryArray), number });
    });
  }

  list(query: RevocationQuery): RevocationPage {
    return listPage(this.#index, query);
  }

  watch(cursor: string, wake: () => void, caller?: string): FeedWatch {
    if (!this.#feed) throw new Error("not joined yet");
    return this.#feed.watch(cursor, wake, caller);
  }

  #onMessage(message: ToWorker): void {
    if ("changes" in message) {
      if (this.#feed) this.#feed.publish(this.#add(message.changes));
      else this.#early.push(...message.changes);
      this.#options.channel.send({ confirm: message.number });
    } else if ("checkpoint" in message) {
      const { stalenessMs, at } = message.checkpoint;
      // Messages may have waited for this process.
      const waitedMs = Math.max(0, Date.now() - at);
      this.#freshness.note((stalenessMs ?? Number.POSITIVE_INFINITY) + waitedMs);
    } else if ("done" in message) {
      this.#pending.get(message.done)?.(message.error);
    } else if ("snapshot" in message) {
      this.#add(message.snapshot);
    } else {
      const { feedId, position } = message.complete;
      const stalenessMs = () => this.#freshness.stalenessMs;
      this.#feed = new Feed(this.#index, { id: feedId, position, stalenessMs });
      this.#feed.publish(this.#add(this.#early));
      this.#early = [];
      this.#complete();
    }
  }

  /** What cannot be read ends the worker: it would accept what is revoked. */
  #add(entries: readonly Numbered[]): Revocation[] {
    return entries.map(([sequence, array]) => {
      const revocation = fromEntryArray(array);
      if (!revocation) throw new Error("an entry of the primary cannot be read");
      this.#index.add(revocation, sequence);
      return revocation;
    });
  }
}
