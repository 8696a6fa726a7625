/** A worker, as the primary's authority knows it. */
import type { Revocation } from "../../core/index.js";
import type { RevocationAuthority } from "../authority.js";
import { type EntryArray, fromEntryArray, toEntryArray } from "../entry-text.js";
import type { Subscriber } from "../in-force.js";
import type { IndexedRevocation } from "../live-index.js";
import {
  CHECKPOINT_MS,
  type Channel,
  type Numbered,
  PAGE_SIZE,
  SILENCE_MS,
  type ToPrimary,
  type ToWorker,
} from "./protocol.js";
import { afterSilence } from "./silence.js";

/** How a link works. */
export interface WorkerLinkOptions {
  readonly authority: RevocationAuthority;
  readonly channel: Channel<ToWorker, ToPrimary>;
  /** Settles once the worker has ended. */
  readonly gone: Promise<unknown>;
  /** Ends a worker that confirms nothing: it may accept what is revoked. */
  readonly end: () => void;
  /** Default `SILENCE_MS`. */
  readonly silenceMs?: number;
}

/** Feeds one worker from its first question to its end. */
export class WorkerLink implements Subscriber {
  readonly #options: Required<WorkerLinkOptions>;
  /** Those who wait until changes up to a number are confirmed. */
  readonly #waiting: { readonly number: number; readonly resolve: () => void }[] = [];
  #told = 0;
  #confirmed = 0;
  #isGone = false;

  constructor(options: WorkerLinkOptions) {
    this.#options = { silenceMs: SILENCE_MS, ...options };
    options.channel.onMessage((message) => this.#onMessage(message));
  }

  tell(revocations: readonly Revocation[]): Promise<void> {
    if (this.#isGone) return Promise.resolve();
    for (let at = 0; at < revocations.length; at += PAGE_SIZE) {
      const changes = revocations.slice(at, at + PAGE_SIZE).map((revocation): Numbered => {
        return [this.#options.authority.index.sequenceOf(revocation), toEntryArray(revocation)];
      });
      this.#options.channel.send({ changes, number: ++this.#told });
    }
    return this.#confirmation(this.#told);
  }

  #confirmation(number: number): Promise<void> {
    if (this.#confirmed >= number) return Promise.resolve();
    const { silenceMs, end } = this.#options;
    return new Promise((resolve) => {
      const hasSpoken = afterSilence(silenceMs, end);
      const settle = () => {
        hasSpoken();
        resolve();
      };
      this.#waiting.push({ number, resolve: settle });
    });
  }

  #onMessage(message: ToPrimary): void {
    if ("join" in message) this.#join();
    else if ("confirm" in message) this.#confirm(message.confirm);
    else this.#revoke(message.revoke, message.number);
  }

  #confirm(number: number): void {
    this.#confirmed = Math.max(this.#confirmed, number);
    while (this.#waiting[0] && this.#waiting[0].number <= this.#confirmed) {
      this.#waiting.shift()?.resolve();
    }
  }

  async #revoke(entries: readonly EntryArray[], number: number): Promise<void> {
    const { authority, channel } = this.#options;
    try {
      await authority.revoke(entries.map(readEntry));
      channel.send({ done: number });
    } catch (error) {
      channel.send({ done: number, error: (error as Error).message });
    }
  }

  #join(): void {
    const { authority, gone } = this.#options;
    // Changes from here on reach the worker whether or not the snapshot holds them.
    const leave = authority.subscribe(this);
    const position = authority.feed.position;
    const checkpoints = setInterval(() => this.#checkpoint(), CHECKPOINT_MS).unref();
    gone.then(() => {
      this.#isGone = true;
      leave();
      clearInterval(checkpoints);
      this.#confirm(Number.POSITIVE_INFINITY);
    });
    this.#snapshot(authority.index.values(), position);
  }

  #checkpoint(): void {
    const { authority, channel } = this.#options;
    const { stalenessMs } = authority.freshness;
    const known = Number.isFinite(stalenessMs) ? stalenessMs : null;
    channel.send({ checkpoint: { stalenessMs: known, at: Date.now() } });
  }

  /** Sends one page once the channel has taken the one before. */
  #snapshot(entries: Iterator<IndexedRevocation>, position: number): void {
    const { channel, authority } = this.#options;
    if (this.#isGone) return;
    const snapshot: Numbered[] = [];
    let next = entries.next();
    for (; !next.done; next = entries.next()) {
      const { sequence, revocation } = next.value;
      snapshot.push([sequence, toEntryArray(revocation)]);
      if (snapshot.length === PAGE_SIZE) break;
    }
    if (next.done) {
      channel.send({ snapshot });
      this.#checkpoint();
      channel.send({ complete: { feedId: authority.feed.id, position } });
    } else {
      channel.send({ snapshot }, () => this.#snapshot(entries, position));
    }
  }
}

/** To leave one out would answer that it is revoked. */
function readEntry(entry: EntryArray): Revocation {
  const revocation = fromEntryArray(entry);
  if (!revocation) throw new Error("an entry of the worker cannot be read");
  return revocation;
}
