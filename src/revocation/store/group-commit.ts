/** Joins writes: those that arrive while one is under way go to the disk together. */

/** Writes one group of items; settles once they are durable. */
export type WriteGroup<T> = (items: readonly T[]) => Promise<void>;

/** Adds up items for a writer that handles one group at a time. */
export class GroupCommit<T> {
  readonly #write: WriteGroup<T>;
  #waiting: T[] = [];
  /** The write of everything that waits; undefined while nothing does. */
  #next: Promise<void> | undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(write: WriteGroup<T>) {
    this.#write = write;
  }

  /** Settles once the items are durable. Rejects when their group cannot be written. */
  add(items: readonly T[]): Promise<void> {
    for (const item of items) this.#waiting.push(item);
    if (this.#next === undefined) {
      // A group that fails fails alone.
      this.#next = this.#current.catch(() => {}).then(() => this.#flush());
      this.#current = this.#next;
    }
    return this.#next;
  }

  /** Settles once nothing is under way any more. */
  async idle(): Promise<void> {
    await this.#current.catch(() => {});
  }

  #flush(): Promise<void> {
    const items = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    return this.#write(items);
  }
}
