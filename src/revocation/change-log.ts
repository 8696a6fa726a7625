/**
 * The latest changes of a feed, sealed into batches: all watchers are given the same ones, wherever in a
 * round each has its turn, so that a batch need be encoded only once.
 */
import type { Revocation } from "../core/index.js";
import type { FeedEvent } from "./register.js";

/** Entries of one batch. */
export const PAGE_SIZE = 1_000;

/** Changes that were sealed together. */
export interface Batch {
  /** How many changes came before its first one. */
  readonly start: number;
  readonly event: Extract<FeedEvent, { readonly kind: "CHANGES" }>;
}

/** A place between two changes: in a batch, behind some of its entries. */
export interface Place {
  /** The number of the batch. */
  readonly batch: number;
  readonly offset: number;
}

/** Keeps changes for watchers that are behind. */
export class ChangeLog {
  readonly #maxKept: number;
  readonly #batches: Batch[] = [];
  #pending: Revocation[] = [];
  #firstBatch = 0;
  #firstChange: number;
  /** How many changes there have been up to the last sealed one. */
  #sealed: number;

  /**
   * @param position how many changes came before the first
   * @param maxKept how many sealed changes are kept at least; older batches go
   */
  constructor(position: number, maxKept: number) {
    this.#firstChange = position;
    this.#sealed = position;
    this.#maxKept = maxKept;
  }

  /** How many changes there have been. */
  get position(): number {
    return this.#sealed + this.#pending.length;
  }

  /** How many of them are sealed. */
  get sealed(): number {
    return this.#sealed;
  }

  /** The number of the oldest batch that is kept. */
  get begin(): number {
    return this.#firstBatch;
  }

  /** The number of the batch that is sealed next. */
  get end(): number {
    return this.#firstBatch + this.#batches.length;
  }

  /** Takes changes, which no watcher sees until they are sealed. */
  add(revocations: readonly Revocation[]): void {
    for (const revocation of revocations) {
      this.#pending.push(revocation);
      if (this.#pending.length === PAGE_SIZE) this.seal();
    }
  }

  /** Makes a batch of the changes since the last one. */
  seal(): void {
    if (this.#pending.length === 0) return;
    const event = { kind: "CHANGES", revocations: this.#pending } as const;
    this.#batches.push({ start: this.#sealed, event });
    this.#sealed += this.#pending.length;
    this.#pending = [];
    for (;;) {
      const second = this.#batches[1];
      if (second === undefined || this.#sealed - second.start < this.#maxKept) return;
      this.#batches.shift();
      this.#firstBatch++;
      this.#firstChange = second.start;
    }
  }

  /** A batch; undefined before `begin` and from `end` on. */
  at(batch: number): Batch | undefined {
    return this.#batches[batch - this.#firstBatch];
  }

  /** Where a watcher reads on that has seen so many changes; undefined for one that is too far behind or ahead. */
  placeOf(position: number): Place | undefined {
    if (position < this.#firstChange || position > this.#sealed) return undefined;
    if (position === this.#sealed) return { batch: this.end, offset: 0 };
    let low = 0;
    let high = this.#batches.length;
    // The last batch that does not start behind the position.
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#batches[middle]?.start ?? 0) <= position) low = middle;
      else high = middle;
    }
    return { batch: this.#firstBatch + low, offset: position - (this.#batches[low]?.start ?? 0) };
  }
}
