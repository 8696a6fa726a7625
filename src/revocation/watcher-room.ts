/** Bounds the watchers of a process, and those of each caller: no caller's keep all others out. */
import { TooManyWatchersError } from "./register.js";

/**
 * The most watchers of one process: each costs some work every second. `maxStreams` in
 * `src/transport/limits.ts` has room for all of them and for other calls beside them.
 */
export const MAX_WATCHERS = 10_000;
/** The part of them that one caller of several may have. */
const CALLER_SHARE = 0.75;

/** Counts watchers. */
export class WatcherRoom {
  readonly #max: number;
  readonly #maxOfCaller: number;
  readonly #byCaller = new Map<string, number>();
  #size = 0;

  /** @param max how many may watch at a time; of one named caller three quarters, and at least one */
  constructor(max: number) {
    this.#max = max;
    this.#maxOfCaller = Math.max(1, Math.floor(max * CALLER_SHARE));
  }

  /** How many watch. */
  get size(): number {
    return this.#size;
  }

  /**
   * A watcher comes.
   *
   * @param caller whose it is; "" where callers are not told apart, and the bound of each has no meaning
   * @throws TooManyWatchersError
   */
  enter(caller: string): void {
    const ofCaller = this.#byCaller.get(caller) ?? 0;
    if (this.#size >= this.#max) {
      throw new TooManyWatchersError(`a server process serves at most ${this.#max} watchers`);
    }
    if (caller !== "" && ofCaller >= this.#maxOfCaller) {
      throw new TooManyWatchersError(`a caller may have at most ${this.#maxOfCaller} watchers`);
    }
    this.#size++;
    this.#byCaller.set(caller, ofCaller + 1);
  }

  /** A watcher that had entered has gone. */
  leave(caller: string): void {
    this.#size--;
    const left = (this.#byCaller.get(caller) ?? 1) - 1;
    if (left > 0) this.#byCaller.set(caller, left);
    else this.#byCaller.delete(caller);
  }
}
