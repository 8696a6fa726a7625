/**
 * Wakes watchers, a few at a time, so that ten thousand of them do not hold up the calls in between.
 * While one round goes on the next one is only noted: changes that come meanwhile travel together.
 */

/** How many are woken before other work has its turn: what they write takes a fraction of a millisecond. */
const CHUNK = 8;
/**
 * The shortest time from the beginning of one round to that of the next, in milliseconds: of what
 * comes faster, the changes of that time are one event.
 */
export const COALESCE_MS = 50;
/** How long a sweep rests for each millisecond of a round: rounds take a third of the process at most. */
const REST_SHARE = 2;

/** The set of those who are woken, each by its own function. */
export class Sweep {
  readonly #wakes = new Set<() => void>();
  readonly #onRound: () => void;
  #round: Iterator<() => void> | undefined;
  #again = false;
  #startedAt = 0;

  /** @param onRound is called before the first of each round is woken. Default nothing */
  constructor(onRound: () => void = () => {}) {
    this.#onRound = onRound;
  }

  get size(): number {
    return this.#wakes.size;
  }

  /** @param wake must not throw */
  add(wake: () => void): void {
    this.#wakes.add(wake);
  }

  delete(wake: () => void): void {
    this.#wakes.delete(wake);
  }

  /** Wakes everyone soon. */
  start(): void {
    if (this.#round) {
      this.#again = true;
      return;
    }
    if (this.#wakes.size === 0) return;
    this.#onRound();
    this.#round = this.#wakes.values();
    this.#startedAt = performance.now();
    this.#step();
  }

  readonly #step = (): void => {
    for (let i = 0; i < CHUNK; i++) {
      const next = this.#round?.next();
      if (!next || next.done) {
        this.#rest();
        return;
      }
      next.value();
    }
    setImmediate(this.#step);
  };

  #rest(): void {
    const took = performance.now() - this.#startedAt;
    const pause = setTimeout(
      () => {
        this.#round = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.start();
      },
      Math.max(REST_SHARE * took, COALESCE_MS - took),
    );
    pause.unref();
  }
}
