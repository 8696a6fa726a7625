/**
 * What is in force in this server: in memory, in the feed and in each worker. Many entries are put in force
 * a few at a time: between two parts calls have their turn, and meet the entries that are there already.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Revocation } from "../core/index.js";
import type { Feed } from "./feed.js";
import type { LiveIndex } from "./live-index.js";

/** How many entries are put in force before calls have their turn: half a millisecond's worth. */
const STEP = 100;

/** Somebody who is told of every entry before it counts as in force: a worker. */
export interface Subscriber {
  /** Settles once these entries, and all before them, hold there, or once it is gone for good. */
  tell(revocations: readonly Revocation[]): Promise<void>;
}

/** Puts entries in force. */
export class InForce {
  readonly #index: LiveIndex;
  readonly #feed: Feed;
  readonly #subscribers = new Set<Subscriber>();

  constructor(index: LiveIndex, feed: Feed) {
    this.#index = index;
    this.#feed = feed;
  }

  /** Every entry in force, oldest first; those that come meanwhile may be among them. */
  *entries(): Generator<Revocation> {
    for (const { revocation } of this.#index.values()) yield revocation;
  }

  /** Tells a worker of every entry from now on, until the answer is called. */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Settles once the entries hold here and in every worker. */
  async put(revocations: readonly Revocation[]): Promise<void> {
    const confirmations: Promise<unknown>[] = [];
    await this.merge(revocations, (_, confirmed) => confirmations.push(confirmed));
    await Promise.all(confirmations);
  }

  /**
   * Settles once the entries hold here, and the workers have been told.
   *
   * @param onPart is given those of each part that were new, and the workers' confirmation of all so far
   */
  async merge(
    revocations: readonly Revocation[],
    onPart: (added: readonly Revocation[], confirmed: Promise<unknown>) => void,
  ): Promise<void> {
    for (let at = 0; at < revocations.length; at += STEP) {
      if (at > 0) await nextTurn();
      const part = revocations.slice(at, at + STEP);
      const added = part.filter((revocation) => this.#index.add(revocation));
      this.#feed.publish(added);
      // Those that are not new may be on their way to a worker: what is told last settles last.
      const told = [...this.#subscribers].map((subscriber) => subscriber.tell(added));
      onPart(added, Promise.all(told));
    }
  }
}
