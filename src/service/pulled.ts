/** What server streams are made of: a source that is asked, and wakes whoever asked in vain. */

/** Gives one thing after the other. */
export interface Pulled<T> {
  /** The next one; undefined where there is none yet. May throw, which is the end. */
  next(): T | undefined;
  /** Nobody asks any more. Called once. */
  close(): void;
}

/**
 * The same as an asynchronous iterable, for Connect's handlers.
 *
 * @param open opens the source; the source calls `wake` when there may be something after `next` gave nothing
 * @throws the signal's reason once it is aborted, and what `open` and `next` throw
 */
export async function* iterate<T>(
  open: (wake: () => void) => Pulled<T>,
  signal: AbortSignal,
): AsyncGenerator<T, never> {
  let isWoken = false;
  let resume = () => {};
  const wake = () => {
    isWoken = true;
    resume();
  };
  const source = open(wake);
  signal.addEventListener("abort", wake);
  try {
    for (;;) {
      isWoken = false;
      const value = signal.aborted ? undefined : source.next();
      if (signal.aborted) throw signal.reason;
      if (value !== undefined) yield value;
      else if (!isWoken) {
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener("abort", wake);
    source.close();
  }
}
