/** The feed: a snapshot, changes, and a checkpoint every second, for any number of watchers. */
import type { Revocation } from "../core/index.js";
import { ChangeLog } from "./change-log.js";
import { Checkpoints } from "./checkpoints.js";
import { FeedReader } from "./feed-reader.js";
import type { LiveIndex } from "./live-index.js";
import type { FeedWatch } from "./register.js";
import { Sweep } from "./sweep.js";
import { MAX_WATCHERS, WatcherRoom } from "./watcher-room.js";

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

/** Tells watchers of an index's changes. No watcher has a buffer: each reads on from its own place. */
export class Feed {
  /** What names the feed in cursors. */
  readonly id: string;
  readonly #index: LiveIndex;
  readonly #log: ChangeLog;
  readonly #checkpoints: Checkpoints;
  readonly #room: WatcherRoom;
  readonly #sweep: Sweep;

  constructor(index: LiveIndex, options: FeedOptions) {
    const { id, stalenessMs, position = 0, maxBehind = 100_000 } = options;
    this.id = id;
    this.#index = index;
    this.#log = new ChangeLog(position, maxBehind);
    this.#room = new WatcherRoom(options.maxWatchers ?? MAX_WATCHERS);
    this.#sweep = new Sweep(() => this.#log.seal());
    this.#checkpoints = new Checkpoints((position) => ({
      kind: "CHECKPOINT",
      cursor: `${id}.${position}`,
      stalenessMs: stalenessMs(),
    }));
  }

  /** How many changes there have been. */
  get position(): number {
    return this.#log.position;
  }

  /** How many watch. */
  get watchers(): number {
    return this.#room.size;
  }

  /** Tells of entries that the index has just taken. */
  publish(revocations: readonly Revocation[]): void {
    this.#log.add(revocations);
    this.#sweep.start();
  }

  /** See `RevocationRegister.watch`. */
  watch(cursor: string, wake: () => void, caller = ""): FeedWatch {
    this.#room.enter(caller);
    // What comes before the snapshot is in it, and what comes later is behind this place.
    this.#log.seal();
    const place = this.#log.placeOf(this.#positionOf(cursor));
    const reader = new FeedReader(
      this.#log,
      this.#checkpoints,
      place ?? { batch: this.#log.end, offset: 0 },
      place === undefined ? this.#index : undefined,
    );
    this.#sweep.add(wake);
    this.#checkpoints.enter(wake);
    return {
      next: () => reader.next(),
      close: () => {
        this.#room.leave(caller);
        this.#sweep.delete(wake);
        this.#checkpoints.leave(wake);
      },
    };
  }

  /** How many changes the holder of a cursor has seen; -1 for a cursor that is not of this feed. */
  #positionOf(cursor: string): number {
    const prefix = `${this.id}.`;
    if (!cursor.startsWith(prefix)) return -1;
    const text = cursor.slice(prefix.length);
    return /^\d{1,15}$/.test(text) ? Number(text) : -1;
  }
}
