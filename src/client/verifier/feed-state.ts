/** What the feed has told: snapshot, changes, checkpoints, and how old that is. It does no I/O. */
import type { RevocationEvent } from "../revocations.js";
import type { Duration } from "../time.js";
import { LiveSet, MalformedFeedError } from "./live-set.js";

/** The longest cursor that a server gives, in characters. */
const MAX_CURSOR = 256;

/** The knowledge of one verifier, over all its feeds. */
export class FeedState {
  /** What is enforced: the last complete snapshot and the changes since. */
  live = new LiveSet();
  /** The keys that the server decrypts with, as the last checkpoint said. */
  keyIds: ReadonlySet<string> = new Set();
  /** Where the next feed goes on; empty: from the beginning. */
  cursor = "";
  /** The snapshot that is being received. */
  #next: LiveSet | undefined;
  #isComplete = false;
  #isReady = false;
  #serverStalenessMs = 0;
  #checkedAt = 0;

  /** Whether a complete snapshot has had a checkpoint. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Begins a feed, and gives the cursor to ask for. Half a snapshot is forgotten. */
  begin(): string {
    this.#next = undefined;
    return this.cursor;
  }

  /** Vouches for nothing before a new snapshot. What is known to be revoked stays so. */
  distrust(): void {
    this.#next = undefined;
    this.#isComplete = false;
    this.#isReady = false;
    this.cursor = "";
  }

  /** How old what is known is at `now` of the steady clock, in milliseconds; undefined: not known. */
  stalenessMs(now: number): number | undefined {
    return this.#isReady ? this.#serverStalenessMs + (now - this.#checkedAt) : undefined;
  }

  /**
   * Takes an event that came at `now` of the steady clock. True for a checkpoint of a complete snapshot.
   * @throws MalformedFeedError, after which `distrust` must be called.
   */
  apply(event: RevocationEvent, now: number): boolean {
    switch (event.kind) {
      case "snapshot":
        if (event.first) this.#next = new LiveSet();
        if (this.#next === undefined) throw new MalformedFeedError("a page before the first one");
        this.#next.add(event.revocations);
        if (event.last) this.#complete(this.#next);
        return false;
      case "changes":
        if (this.#next === undefined && !this.#isComplete) {
          throw new MalformedFeedError("changes before a snapshot");
        }
        this.live.add(event.revocations);
        this.#next?.add(event.revocations);
        return false;
      case "checkpoint":
        return this.#check(event, now);
      default:
        throw new MalformedFeedError("an event of an unknown kind");
    }
  }

  #complete(snapshot: LiveSet): void {
    this.live = snapshot;
    this.#next = undefined;
    this.#isComplete = true;
  }

  #check(
    {
      cursor,
      staleness,
      keyIds,
    }: { cursor: string; staleness: Duration; keyIds: readonly string[] },
    now: number,
  ): boolean {
    if ([...cursor].length > MAX_CURSOR) throw new MalformedFeedError("a cursor that is too long");
    const stalenessMs = staleness.seconds * 1000 + staleness.micros / 1000;
    if (stalenessMs < 0) throw new MalformedFeedError("a staleness below zero");
    // Amid a snapshot the set in force lacks what the server has yet to tell.
    if (this.#next !== undefined) return false;
    if (!this.#isComplete) throw new MalformedFeedError("a checkpoint before the snapshot");
    this.cursor = cursor;
    this.keyIds = new Set(keyIds);
    this.#serverStalenessMs = stalenessMs;
    this.#checkedAt = now;
    this.#isReady = true;
    return true;
  }
}
