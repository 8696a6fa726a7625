/** A clock that never goes back, and counts the time that the machine sleeps. */

/** What tells how much time has passed, in milliseconds. */
export interface CacheClock {
  /** Never set back, but may stand still while the machine sleeps. */
  steady(): number;
  /** Goes on while the machine sleeps, but may be set back. */
  wall(): number;
}

/** The platform's clocks. */
export const PLATFORM_CLOCK: CacheClock = {
  steady: () => performance.now(),
  wall: () => Date.now(),
};

/**
 * How much more than the steady clock the wall clock must have advanced for a sleep, in milliseconds. Naps
 * are counted together.
 */
const LEAST_SLEEP_MS = 100;

/**
 * Where the wall clock has advanced more than the steady one, the machine may have slept, and the
 * difference counts. One that is set forward makes it run ahead: tokens are then asked about more often
 * than needed. One that is set back changes nothing, and hides no later sleep: what counts is how far it
 * has advanced since its last low.
 */
export class SteadyClock {
  readonly #clock: CacheClock;
  #steady: number;
  #wall: number;
  #now = 0;
  /** By how much the wall clock has gained on the steady one that was not counted yet. */
  #gained = 0;

  constructor(clock: CacheClock) {
    this.#clock = clock;
    this.#steady = clock.steady();
    this.#wall = clock.wall();
  }

  /** Milliseconds since the clock was made. */
  now(): number {
    let read = this.#read();
    // Held up between its two clocks, a process that did not sleep has read the wall's later: once more.
    if (read.gained >= LEAST_SLEEP_MS) read = this.#read();
    this.#steady = read.steady;
    this.#wall = read.wall;
    this.#now += read.awake;
    this.#gained = read.gained;
    if (this.#gained >= LEAST_SLEEP_MS) {
      this.#now += this.#gained;
      this.#gained = 0;
    }
    return this.#now;
  }

  #read() {
    const steady = this.#clock.steady();
    const wall = this.#clock.wall();
    const awake = Math.max(0, steady - this.#steady);
    const gained = Math.max(0, this.#gained + (wall - this.#wall) - awake);
    return { steady, wall, awake, gained };
  }
}
