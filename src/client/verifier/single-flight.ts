/** One call for all who ask the same at the same time. */

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly cancel: AbortController;
  waiting: number;
}

/**
 * Joins questions with the same key while the first of them is under way. A question whose `signal` fires
 * rejects with the signal's reason; the call itself is given up when nobody waits for it any more.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** The answer to `key`, asked for by `ask` unless that is under way. */
  async do(
    key: string,
    ask: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, ask);
    flight.waiting++;
    try {
      return await (signal ? untilAborted(flight.answer, signal) : flight.answer);
    } finally {
      flight.waiting--;
      if (flight.waiting === 0) {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.cancel.abort();
      }
    }
  }

  #start(key: string, ask: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const cancel = new AbortController();
    const answer = ask(cancel.signal).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    const flight = { answer, cancel, waiting: 0 };
    // Everybody may have given up by the time it fails.
    answer.catch(() => {});
    this.#flights.set(key, flight);
    return flight;
  }
}

function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
