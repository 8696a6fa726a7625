/** Wakes everybody who waits for a change. */

/** Something that changes now and then. */
export class ChangeSignal {
  readonly #waiting = new Set<() => void>();

  /** Wakes all who wait. */
  notify(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** @param wake is called at every change, until it is removed; it must not throw */
  add(wake: () => void): void {
    this.#waiting.add(wake);
  }

  remove(wake: () => void): void {
    this.#waiting.delete(wake);
  }
}
