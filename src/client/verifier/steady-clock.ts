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

/** How much more than the steady clock the wall clock must have advanced for a sleep, in milliseconds. */
const LEAST_SLEEP_MS = 100;

/**
 * Where the wall clock has advanced more than the steady one since both were last read, the machine may
 * have slept, and the wall clock's advance counts. One that is set forward makes it run ahead: tokens are
 * then asked about more often than needed. One that is set back changes nothing.
 */
export class SteadyClock {
  readonly #clock: CacheClock;
  #steady: number;
  #wall: number;
  #now = 0;

  constructor(clock: CacheClock) {
    this.#clock = clock;
    this.#steady = clock.steady();
    this.#wall = clock.wall();
  }

  /** Milliseconds since the clock was made. */
  now(): number {
    const steady = this.#clock.steady();
    const wall = this.#clock.wall();
    const awake = Math.max(0, steady - this.#steady);
    const passed = wall - this.#wall;
    this.#steady = steady;
    this.#wall = wall;
    this.#now += passed - awake > LEAST_SLEEP_MS ? passed : awake;
    return this.#now;
  }
}
