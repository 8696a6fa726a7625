/** The body of a request that goes the long way, for whoever iterates over it. */

type Chunk = IteratorResult<Uint8Array, undefined>;

/**
 * Bytes as they come from a stream. A read can be made to fail at any time: a deadline that passes while the client
 * is slow would otherwise abort the call's signal and go on waiting. To leave the loop early only stops reading.
 */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #onRead: (bytes: number) => void;
  readonly #chunks: Uint8Array[] = [];
  #ended = false;
  #isDropped = false;
  #failure: { readonly reason: unknown } | undefined;
  #waiting: { resolve(chunk: Chunk): void; reject(reason: unknown): void } | undefined;

  /** @param onRead is told how many bytes are no longer held here */
  constructor(onRead: (bytes: number) => void) {
    this.#onRead = onRead;
  }

  /** Adds a chunk, which must not change afterwards. */
  push(chunk: Uint8Array): void {
    if (this.#isDropped) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#chunks.push(chunk);
      return;
    }
    this.#waiting = undefined;
    this.#onRead(chunk.byteLength);
    waiting.resolve({ done: false, value: chunk });
  }

  /** Keeps nothing of what comes. It counts as held all the same, so that the client's window bounds it. */
  drop(): void {
    this.#isDropped = true;
    this.#chunks.length = 0;
  }

  /** The body is complete. */
  end(): void {
    this.#ended = true;
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  /** Fails the read under way, or the next one. */
  fail(reason: unknown): void {
    this.#failure = { reason };
    this.drop();
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => this.#next(),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  #next(): Promise<Chunk> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#onRead(chunk.byteLength);
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }
}
