/**
 * Gives all watchers their checkpoints, a few at a time, and those that are at the same place one event.
 * They are not spread over the second: what the streams of one connection are told at the same time leaves
 * in one write.
 */
import type { FeedEvent } from "./register.js";
import { Sweep } from "./sweep.js";

/** How often each watcher gets a checkpoint, in milliseconds. */
const CHECKPOINT_MS = 1_000;
/** How long an event may be shared, in milliseconds: by so much it may understate its staleness. */
const SHARED_MS = 10;

type Checkpoint = Extract<FeedEvent, { readonly kind: "CHECKPOINT" }>;

/** The watchers, and the event that is shared. */
export class Checkpoints {
  readonly #sweep = new Sweep();
  readonly #make: (position: number) => Checkpoint;
  #turns = 0;
  #timer: NodeJS.Timeout | undefined;
  #shared:
    | { readonly position: number; readonly at: number; readonly event: Checkpoint }
    | undefined;

  /** @param make gives the checkpoint of a position, as of the present */
  constructor(make: (position: number) => Checkpoint) {
    this.#make = make;
  }

  /** How many times a checkpoint has been due: a watcher that has seen another number is due. */
  get turns(): number {
    return this.#turns;
  }

  /** Wakes a watcher whenever a checkpoint is due. */
  enter(wake: () => void): void {
    this.#sweep.add(wake);
    this.#timer ??= setInterval(() => {
      this.#turns++;
      this.#sweep.start();
    }, CHECKPOINT_MS);
  }

  /** A watcher has gone. */
  leave(wake: () => void): void {
    this.#sweep.delete(wake);
    if (this.#sweep.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The checkpoint of a position: the same for all who ask within `SHARED_MS`. */
  at(position: number): Checkpoint {
    const now = performance.now();
    const shared = this.#shared;
    if (shared?.position === position && now - shared.at < SHARED_MS) return shared.event;
    const event = this.#make(position);
    this.#shared = { position, at: now, event };
    return event;
  }
}
