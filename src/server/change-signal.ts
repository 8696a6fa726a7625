/** Wakes everybody who waits for a change. */

/** Something that changes now and then. */
export class ChangeSignal {
  readonly #waiting = new Set<() => void>();

  /** Wakes all who wait. */
  notify(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Waits for the next change. @throws the signal's reason once it is aborted */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting.delete(wake);
        reject(signal.reason);
      };
      const wake = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener("abort", stop);
      this.#waiting.add(wake);
    });
  }
}
