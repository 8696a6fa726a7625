/** How exact a deadline is, in milliseconds: a call may run this much longer, never shorter. */
const TICK_MS = 10;

/** What has a deadline; it belongs to one wheel, at most once. */
export interface Timed {
  /** Its neighbours while it waits, for the wheel alone. */
  previous: Timed | undefined;
  next: Timed | undefined;
  /** Is called when the time is up. */
  timeUp(): void;
}

/** The first of a list, which stands for no call. */
class Head implements Timed {
  readonly tick: number;
  previous: Timed | undefined = undefined;
  next: Timed | undefined = undefined;

  constructor(tick: number) {
    this.tick = tick;
  }

  timeUp(): void {}
}

/**
 * The deadlines of all calls, by tick (a timing wheel after Varghese and Lauck, 1987). Nearly every deadline is taken
 * back before it is reached; a timer of Node's for each would cost more than to read the request.
 */
export class DeadlineWheel {
  readonly #heads = new Map<number, Head>();
  #lastTick = 0;
  #interval: NodeJS.Timeout | undefined;

  /**
   * Calls `timeUp` after `timeoutMs` milliseconds, not before the current call stack has returned.
   *
   * @param now `performance.now()`
   */
  add(timed: Timed, timeoutMs: number, now: number): void {
    if (this.#interval === undefined) {
      this.#lastTick = Math.floor(now / TICK_MS);
      this.#interval = setInterval(this.#advance, TICK_MS);
    }
    const tick = Math.floor((now + timeoutMs) / TICK_MS) + 1;
    let head = this.#heads.get(tick);
    if (head === undefined) {
      head = new Head(tick);
      this.#heads.set(tick, head);
    }
    timed.previous = head;
    timed.next = head.next;
    if (head.next !== undefined) head.next.previous = timed;
    head.next = timed;
  }

  /** Takes a deadline back. One that was reached, or never set, is none. */
  remove(timed: Timed): void {
    const { previous, next } = timed;
    if (previous === undefined) return;
    previous.next = next;
    if (next !== undefined) next.previous = previous;
    // Whoever names many different deadlines leaves no empty lists behind.
    else if (previous instanceof Head) this.#heads.delete(previous.tick);
    timed.previous = undefined;
    timed.next = undefined;
  }

  readonly #advance = (): void => {
    const tick = Math.floor(performance.now() / TICK_MS);
    for (; this.#lastTick < tick; this.#lastTick++) {
      const head = this.#heads.get(this.#lastTick + 1);
      for (let timed = head?.next; timed !== undefined; timed = head?.next) {
        this.remove(timed);
        timed.timeUp();
      }
    }
    if (this.#heads.size > 0) return;
    clearInterval(this.#interval);
    this.#interval = undefined;
  };
}
