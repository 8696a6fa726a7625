/**
 * Spreads the checkpoints of watchers over the second: each has its slot, so that ten thousand
 * checkpoints are not written at once, and those of one slot share one event.
 */
import type { FeedEvent } from "./register.js";
import { type Sleeper, Sweep } from "./sweep.js";

/** How often each watcher gets a checkpoint, in milliseconds. */
const CHECKPOINT_MS = 1_000;
const SLOTS = 20;
const SLOT_MS = CHECKPOINT_MS / SLOTS;
/** How long an event may be shared, in milliseconds: by so much it may understate its staleness. */
const SHARED_MS = 10;

type Checkpoint = Extract<FeedEvent, { readonly kind: "CHECKPOINT" }>;

/** The watchers whose checkpoints are due at the same time. */
export class CheckpointSlot {
  readonly sweep = new Sweep();
  /** How many times the slot's turn has come: a watcher that has seen another number is due. */
  turns = 0;
}

/** The slots, and the event that is shared. */
export class Checkpoints {
  readonly #slots = Array.from({ length: SLOTS }, () => new CheckpointSlot());
  readonly #make: (position: number) => Checkpoint;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  #shared:
    | { readonly position: number; readonly at: number; readonly event: Checkpoint }
    | undefined;

  /** @param make gives the checkpoint of a position, as of the present */
  constructor(make: (position: number) => Checkpoint) {
    this.#make = make;
  }

  /** Gives a watcher the slot that has fewest. */
  enter(sleeper: Sleeper): CheckpointSlot {
    const slot = this.#slots.reduce((one, other) =>
      other.sweep.size < one.sweep.size ? other : one,
    );
    slot.sweep.add(sleeper);
    this.#timer ??= setInterval(() => this.#turn(), SLOT_MS);
    return slot;
  }

  /** A watcher has gone. */
  leave(sleeper: Sleeper, slot: CheckpointSlot): void {
    slot.sweep.delete(sleeper);
    if (this.#slots.some(({ sweep }) => sweep.size > 0)) return;
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

  #turn(): void {
    const slot = this.#slots[this.#next] as CheckpointSlot;
    this.#next = (this.#next + 1) % SLOTS;
    slot.turns++;
    slot.sweep.start();
  }
}
