/** The feed: a snapshot, changes, and a checkpoint every second, for any number of watchers. */
import type { Revocation } from "../core/index.js";
import { Checkpoints } from "./checkpoints.js";
import type { LiveIndex } from "./live-index.js";
import { type FeedEvent, WatcherTooSlowError } from "./register.js";
import { Sleeper, Sweep } from "./sweep.js";
import { MAX_WATCHERS, WatcherRoom } from "./watcher-room.js";

/** Entries of one event. */
const PAGE_SIZE = 1_000;

/** How a feed runs. */
export interface FeedOptions {
  /** Names the feed in cursors, so that one of another process is not taken for its own. */
  readonly id: string;
  /** How many changes came before its first one: it goes on as another process's feed. Default 0. */
  readonly position?: number;
  /** How old the server's own knowledge is, in milliseconds. */
  readonly stalenessMs: () => number;
  /** How many changes are kept for watchers that are behind; a slower one is cut off. Default 100,000. */
  readonly maxBehind?: number;
  /** Default `MAX_WATCHERS`. */
  readonly maxWatchers?: number;
}

type Changes = Extract<FeedEvent, { readonly kind: "CHANGES" }>;

/** Tells watchers of an index's changes. No watcher has a buffer: each reads on from its own place. */
export class Feed {
  readonly #index: LiveIndex;
  readonly #options: Required<FeedOptions>;
  /** The changes from `#first` on. */
  #changes: Revocation[] = [];
  #first = 0;
  readonly #checkpoints = new Checkpoints((position) => this.#checkpoint(position));
  readonly #room: WatcherRoom;
  readonly #sweep = new Sweep();
  /** The changes that the last watcher was given, and from where on. */
  #shared: { readonly position: number; readonly event: Changes } | undefined;

  constructor(index: LiveIndex, options: FeedOptions) {
    this.#index = index;
    this.#options = {
      maxBehind: 100_000,
      position: 0,
      maxWatchers: MAX_WATCHERS,
      ...options,
    };
    this.#first = this.#options.position;
    this.#room = new WatcherRoom(this.#options.maxWatchers);
  }

  /** What names the feed in cursors. */
  get id(): string {
    return this.#options.id;
  }

  /** How many changes there have been. */
  get position(): number {
    return this.#first + this.#changes.length;
  }

  /** How many watch. */
  get watchers(): number {
    return this.#room.size;
  }

  /** Tells of entries that the index has just taken. */
  publish(revocations: readonly Revocation[]): void {
    for (const revocation of revocations) this.#changes.push(revocation);
    const { maxBehind } = this.#options;
    // In halves, so that an array of that length is not moved for each change.
    if (this.#changes.length > 2 * maxBehind) {
      this.#first += this.#changes.length - maxBehind;
      this.#changes = this.#changes.slice(-maxBehind);
    }
    this.#sweep.start();
  }

  /** See `RevocationRegister.watch`. */
  async *watch(cursor: string, signal: AbortSignal, caller = ""): AsyncGenerator<FeedEvent> {
    const sleeper = new Sleeper();
    this.#room.enter(caller);
    this.#sweep.add(sleeper);
    this.#checkpoints.enter(sleeper);
    const onAbort = () => sleeper.wake();
    signal.addEventListener("abort", onAbort);
    try {
      let position = this.#positionOf(cursor);
      if (position === undefined) {
        position = this.position;
        yield* this.#snapshot();
      }
      let turn = -1;
      while (!signal.aborted) {
        if (position < this.#first) throw new WatcherTooSlowError("the watcher is too far behind");
        if (position < this.position) {
          const changes = this.#changesAfter(position);
          position += changes.revocations.length;
          yield changes;
        } else if (turn !== this.#checkpoints.turns) {
          turn = this.#checkpoints.turns;
          yield this.#checkpoints.at(position);
        } else {
          await sleeper.sleep();
        }
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#room.leave(caller);
      this.#sweep.delete(sleeper);
      this.#checkpoints.leave(sleeper);
    }
  }

  /** One event for all who stand at the same place, so that it need be encoded only once. */
  #changesAfter(position: number): Changes {
    const from = position - this.#first;
    const count = Math.min(PAGE_SIZE, this.#changes.length - from);
    const shared = this.#shared;
    if (shared?.position === position && shared.event.revocations.length === count) {
      return shared.event;
    }
    const revocations = this.#changes.slice(from, from + count);
    const event: Changes = { kind: "CHANGES", revocations };
    this.#shared = { position, event };
    return event;
  }

  *#snapshot(): Generator<FeedEvent> {
    let page: Revocation[] = [];
    let first = true;
    for (const { revocation } of this.#index.values()) {
      if (page.length === PAGE_SIZE) {
        yield { kind: "SNAPSHOT", revocations: page, first, last: false };
        page = [];
        first = false;
      }
      page.push(revocation);
    }
    yield { kind: "SNAPSHOT", revocations: page, first, last: true };
  }

  #checkpoint(position: number) {
    const { id, stalenessMs } = this.#options;
    return { kind: "CHECKPOINT" as const, cursor: `${id}.${position}`, stalenessMs: stalenessMs() };
  }

  #positionOf(cursor: string): number | undefined {
    const prefix = `${this.#options.id}.`;
    if (!cursor.startsWith(prefix)) return undefined;
    const text = cursor.slice(prefix.length);
    const position = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    return position >= this.#first && position <= this.position ? position : undefined;
  }
}
