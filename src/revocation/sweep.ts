/**
 * Wakes watchers, a few at a time, so that ten thousand of them do not hold up the calls in between.
 * While one round goes on the next one is only noted: changes that come meanwhile travel together.
 */

/** How many are woken before other work has its turn: what they write takes about a millisecond. */
const CHUNK = 32;
/**
 * The shortest time from the beginning of one round to that of the next, in milliseconds: of what
 * comes faster, the changes of that time are one event.
 */
export const COALESCE_MS = 50;
/** How long a sweep rests for each millisecond of a round: rounds take a third of the process at most. */
const REST_SHARE = 2;

/** A watcher between two events. */
export class Sleeper {
  #isWoken = false;
  #resolve: (() => void) | undefined;

  /** Ends the present sleep, or the next one before it begins. */
  wake(): void {
    this.#isWoken = true;
    this.#resolve?.();
  }

  /** Settles with the next `wake`, or at once where that came since the last sleep. */
  async sleep(): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#isWoken = false;
    this.#resolve = undefined;
  }
}

/** The set of those who wait. */
export class Sweep {
  readonly #sleepers = new Set<Sleeper>();
  #round: Iterator<Sleeper> | undefined;
  #again = false;
  #startedAt = 0;

  get size(): number {
    return this.#sleepers.size;
  }

  add(sleeper: Sleeper): void {
    this.#sleepers.add(sleeper);
  }

  delete(sleeper: Sleeper): void {
    this.#sleepers.delete(sleeper);
  }

  /** Wakes everyone soon. */
  start(): void {
    if (this.#round) {
      this.#again = true;
      return;
    }
    if (this.#sleepers.size === 0) return;
    this.#round = this.#sleepers.values();
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
      next.value.wake();
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
