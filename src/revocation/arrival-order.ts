/** Entries by their place in the order of arrival, so that a page of them costs no look at all the others. */

/** What has a place. */
export interface Arrived {
  /** Grows with every arrival. */
  readonly sequence: number;
}

/** The most entries of a run: what an insertion or a deletion moves, at most. */
const RUN_LENGTH = 512;

/** A sorted sequence in short runs. Neither an arrival nor a page takes time that grows with the number of entries. */
export class ArrivalOrder<T extends Arrived> {
  /** None is empty. */
  readonly #runs: T[][] = [];

  /** Adds an entry; one that is out of order as well, since another process may number the entries. */
  add(entry: T): void {
    const at = this.#runAt(entry.sequence);
    const run = this.#runs[at];
    if (run === undefined) {
      this.#runs.push([entry]);
      return;
    }
    const isLast = at === this.#runs.length - 1;
    const place = firstNotBefore(run, entry.sequence);
    if (isLast && place === run.length && run.length >= RUN_LENGTH) this.#runs.push([entry]);
    else {
      run.splice(place, 0, entry);
      if (run.length > RUN_LENGTH) this.#runs.splice(at + 1, 0, run.splice(RUN_LENGTH / 2));
    }
  }

  /** Removes an entry, which must be one that was added. */
  delete(entry: T): void {
    for (let at = this.#runAt(entry.sequence); at >= 0; at--) {
      const run = this.#runs[at];
      const place = run?.indexOf(entry, firstNotBefore(run, entry.sequence)) ?? -1;
      if (run === undefined || place < 0) continue;
      run.splice(place, 1);
      this.#joinWithNext(at);
      return;
    }
  }

  /** The entries that arrived before a place, newest first. */
  *before(sequence: number): Generator<T> {
    for (let at = this.#runAt(sequence); at >= 0; at--) {
      const run = this.#runs[at] ?? [];
      for (let i = firstNotBefore(run, sequence) - 1; i >= 0; i--) yield run[i] as T;
    }
  }

  /** Keeps runs from becoming many and short. */
  #joinWithNext(at: number): void {
    const run = this.#runs[at] as T[];
    const next = this.#runs[at + 1];
    if (run.length === 0) this.#runs.splice(at, 1);
    else if (next !== undefined && run.length + next.length <= RUN_LENGTH / 2) {
      run.push(...next);
      this.#runs.splice(at + 1, 1);
    }
  }

  /** The last run whose first entry arrived at this place or before; 0 where there is none. */
  #runAt(sequence: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const [first] = this.#runs[middle] as T[];
      if ((first as T).sequence <= sequence) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** The index of the first entry that arrived at this place or later; the length where there is none. */
function firstNotBefore<T extends Arrived>(run: readonly T[], sequence: number): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((run[middle] as T).sequence < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
