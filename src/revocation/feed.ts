/** The feed: a snapshot, changes, and a checkpoint every second, for any number of watchers. */
import type { Revocation } from "../core/index.js";
import type { LiveIndex } from "./live-index.js";
import { type FeedEvent, WatcherTooSlowError } from "./register.js";

/** Entries of one event. */
const PAGE_SIZE = 1_000;
/** How often a checkpoint is sent, in milliseconds. */
const CHECKPOINT_MS = 1_000;

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
}

/** Tells watchers of an index's changes. No watcher has a buffer: each reads on from its own place. */
export class Feed {
  readonly #index: LiveIndex;
  readonly #options: Required<FeedOptions>;
  /** The changes from `#first` on. */
  #changes: Revocation[] = [];
  #first = 0;
  #ticks = 0;
  #watchers = 0;
  #timer: NodeJS.Timeout | undefined;
  #wake: () => void = () => {};
  #woken: Promise<void>;

  constructor(index: LiveIndex, options: FeedOptions) {
    this.#index = index;
    this.#options = { maxBehind: 100_000, position: 0, ...options };
    this.#first = this.#options.position;
    this.#woken = this.#nextWake();
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
    return this.#watchers;
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
    this.#notify();
  }

  /** See `RevocationRegister.watch`. */
  async *watch(cursor: string, signal: AbortSignal): AsyncGenerator<FeedEvent> {
    const onAbort = () => this.#notify();
    signal.addEventListener("abort", onAbort);
    this.#enter();
    try {
      let position = this.#positionOf(cursor);
      if (position === undefined) {
        position = this.position;
        yield* this.#snapshot();
      }
      let tick = -1;
      while (!signal.aborted) {
        if (position < this.#first) throw new WatcherTooSlowError("the watcher is too far behind");
        if (position < this.position) {
          const from = position - this.#first;
          const revocations = this.#changes.slice(from, from + PAGE_SIZE);
          position += revocations.length;
          yield { kind: "CHANGES", revocations };
        } else if (tick !== this.#ticks) {
          tick = this.#ticks;
          yield this.#checkpoint(position);
        } else {
          await this.#woken;
        }
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#leave();
    }
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

  #checkpoint(position: number): FeedEvent {
    const { id, stalenessMs } = this.#options;
    return { kind: "CHECKPOINT", cursor: `${id}.${position}`, stalenessMs: stalenessMs() };
  }

  #positionOf(cursor: string): number | undefined {
    const prefix = `${this.#options.id}.`;
    if (!cursor.startsWith(prefix)) return undefined;
    const text = cursor.slice(prefix.length);
    const position = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    return position >= this.#first && position <= this.position ? position : undefined;
  }

  #enter(): void {
    this.#watchers++;
    this.#timer ??= setInterval(() => {
      this.#ticks++;
      this.#notify();
    }, CHECKPOINT_MS);
  }

  #leave(): void {
    if (--this.#watchers > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #notify(): void {
    const wake = this.#wake;
    this.#woken = this.#nextWake();
    wake();
  }

  #nextWake(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
