/** A watcher's place in the feed. */
import type { Revocation } from "../core/index.js";
import { type ChangeLog, PAGE_SIZE, type Place } from "./change-log.js";
import type { Checkpoints } from "./checkpoints.js";
import type { LiveIndex } from "./live-index.js";
import { type FeedEvent, WatcherTooSlowError } from "./register.js";

/** Reads a feed: the snapshot, if it is to begin with one; changes; and checkpoints where there are none. */
export class FeedReader {
  readonly #log: ChangeLog;
  readonly #checkpoints: Checkpoints;
  #batch: number;
  /** How many entries of the next batch the watcher has seen already. */
  #offset: number;
  #snapshot: Iterator<FeedEvent, undefined> | undefined;
  /** The round of checkpoints of which this watcher has had its own. */
  #turn = -1;

  /**
   * @param place where it reads on
   * @param index what to give a snapshot of, before that. Default none
   */
  constructor(log: ChangeLog, checkpoints: Checkpoints, place: Place, index?: LiveIndex) {
    this.#log = log;
    this.#checkpoints = checkpoints;
    this.#batch = place.batch;
    this.#offset = place.offset;
    this.#snapshot = index && snapshotOf(index);
  }

  /** The next event; undefined where there is none yet. @throws WatcherTooSlowError */
  next(): FeedEvent | undefined {
    const page = this.#snapshot?.next();
    if (page?.value !== undefined) return page.value;
    this.#snapshot = undefined;
    if (this.#batch < this.#log.begin) {
      throw new WatcherTooSlowError("the watcher is too far behind");
    }
    const batch = this.#log.at(this.#batch);
    if (batch !== undefined) {
      const from = this.#offset;
      this.#batch++;
      this.#offset = 0;
      if (from === 0) return batch.event;
      return { kind: "CHANGES", revocations: batch.event.revocations.slice(from) };
    }
    if (this.#turn === this.#checkpoints.turns) return undefined;
    this.#turn = this.#checkpoints.turns;
    return this.#checkpoints.at(this.#log.sealed);
  }
}

function* snapshotOf(index: LiveIndex): Generator<FeedEvent, undefined> {
  let page: Revocation[] = [];
  let first = true;
  for (const { revocation } of index.values()) {
    if (page.length === PAGE_SIZE) {
      yield { kind: "SNAPSHOT", revocations: page, first, last: false };
      page = [];
      first = false;
    }
    page.push(revocation);
  }
  yield { kind: "SNAPSHOT", revocations: page, first, last: true };
}
