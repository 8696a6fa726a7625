/** What the feed has told: snapshot, changes, checkpoints, and how old that is. It does no I/O. */
import type { RevocationEvent } from "../revocations.js";
import type { Duration } from "../time.js";
import { LiveSet, MalformedFeedError } from "./live-set.js";

type Checkpoint = Extract<RevocationEvent, { readonly kind: "checkpoint" }>;

/** The longest cursor that a server gives, in characters. */
const MAX_CURSOR = 256;

/** The knowledge of one verifier, over all its feeds. */
export class FeedState {
  /**
   * What is enforced: all that any feed has told, until it ends. A snapshot is added to it: the server that
   * gives one may lag behind the server before.
   */
  readonly live: LiveSet;
  /** The keys that the server decrypts with, as the last checkpoint said. */
  keyIds: ReadonlySet<string> = new Set();
  /** Where the next feed goes on; empty: from the beginning. */
  cursor = "";
  /** Whether a snapshot has begun that has not ended. */
  #isAmidSnapshot = false;
  #isComplete = false;
  /** Whether a snapshot has ended within the present feed. */
  #isWhole = false;
  #isReady = false;
  #serverStalenessMs = 0;
  /** When the present feed was asked for. */
  #askedAt = 0;
  /** When the last checkpoint was written, at the earliest. */
  #knownAt = 0;
  #delayMs = 0;

  constructor(live = new LiveSet()) {
    this.live = live;
  }

  /** Whether a complete snapshot has had a checkpoint. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** How long the last checkpoint was on its way, at most, in milliseconds. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** How old the server's own knowledge was at the last checkpoint, in milliseconds. */
  get serverStalenessMs(): number {
    return this.#serverStalenessMs;
  }

  /**
   * A feed is asked for at `now` of the steady clock and `wallMs` of the wall clock: gives the cursor to ask
   * for. Where a wall clock that ran ahead has dropped what has not ended, that is everything.
   */
  begin(now: number, wallMs: number): string {
    this.#isAmidSnapshot = false;
    this.#isWhole = false;
    this.#askedAt = now;
    this.live.begin();
    return this.live.hasForgotten(wallMs) ? "" : this.cursor;
  }

  /** Vouches for nothing before a new snapshot. What is known to be revoked stays so. */
  distrust(): void {
    this.#isAmidSnapshot = false;
    this.#isComplete = false;
    this.#isReady = false;
    this.cursor = "";
  }

  /** How old what is known is at `now` of the steady clock, in milliseconds; undefined: not known. */
  stalenessMs(now: number): number | undefined {
    return this.#isReady ? this.#serverStalenessMs + (now - this.#knownAt) : undefined;
  }

  /**
   * Takes an event that came at `now` of the steady clock. True for a checkpoint of a complete snapshot.
   * @throws MalformedFeedError, after which `distrust` must be called.
   */
  apply(event: RevocationEvent, now: number): boolean {
    switch (event.kind) {
      case "snapshot":
        if (!event.first && !this.#isAmidSnapshot) {
          throw new MalformedFeedError("a page before the first one");
        }
        this.live.add(event.revocations);
        this.#isAmidSnapshot = !event.last;
        this.#isWhole = event.last;
        if (event.last) this.#isComplete = true;
        return false;
      case "changes":
        if (!this.#isAmidSnapshot && !this.#isComplete) {
          throw new MalformedFeedError("changes before a snapshot");
        }
        this.live.add(event.revocations);
        return false;
      case "checkpoint":
        return this.#check(event, now);
      default:
        throw new MalformedFeedError("an event of an unknown kind");
    }
  }

  #check({ cursor, staleness, keyIds, uptime }: Checkpoint, now: number): boolean {
    if ([...cursor].length > MAX_CURSOR) throw new MalformedFeedError("a cursor that is too long");
    const stalenessMs = toMillis(staleness);
    if (stalenessMs < 0) throw new MalformedFeedError("a staleness below zero");
    // Amid a snapshot the set in force lacks what the server has yet to tell.
    if (this.#isAmidSnapshot) return false;
    if (!this.#isComplete) throw new MalformedFeedError("a checkpoint before the snapshot");
    this.cursor = cursor;
    this.keyIds = new Set(keyIds);
    this.#serverStalenessMs = stalenessMs;
    // The server began the feed no earlier than it was asked for.
    const writtenAt = uptime === undefined ? now : this.#askedAt + toMillis(uptime);
    this.#knownAt = Math.min(now, writtenAt);
    this.#delayMs = now - this.#knownAt;
    this.#isReady = true;
    // The server knew all that was in force when it began the feed, and has told it.
    if (this.#isWhole && uptime !== undefined && toMillis(uptime) >= stalenessMs) {
      this.live.relearn();
    }
    return true;
  }
}

function toMillis({ seconds, micros }: Duration): number {
  return seconds * 1000 + micros / 1000;
}
