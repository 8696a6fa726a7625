/** The body of a request that goes the long way, for whoever iterates over it. */
import { GatheredBytes } from "./gathered-bytes.js";

type Chunk = IteratorResult<Uint8Array, undefined>;

/**
 * Bytes as they come from a connection; what came since the last read is read at once, so that a body sent byte by byte
 * costs no more memory and no more reads than one sent whole. A read can be made to fail at any time: a deadline that
 * passes while the client is slow would otherwise abort the call's signal and go on waiting. To leave the loop early
 * only stops reading.
 */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #onRead: (bytes: number) => void;
  readonly #held = new GatheredBytes();
  #ended = false;
  #isDropped = false;
  #failure: { readonly reason: unknown } | undefined;
  #waiting: { resolve(chunk: Chunk): void; reject(reason: unknown): void } | undefined;

  /** @param onRead is told how many bytes are no longer held here */
  constructor(onRead: (bytes: number) => void) {
    this.#onRead = onRead;
  }

  /** Whether nobody will read what comes. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  /** How much memory is held, in bytes. */
  get memory(): number {
    return this.#held.memory;
  }

  /** Adds a chunk, which must not change afterwards. */
  push(chunk: Buffer): void {
    if (this.#isDropped) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#held.push(chunk);
      return;
    }
    this.#waiting = undefined;
    this.#onRead(chunk.byteLength);
    waiting.resolve({ done: false, value: chunk });
  }

  /** Keeps nothing of what comes. It counts as held all the same, so that the client's window bounds it. */
  drop(): void {
    this.#isDropped = true;
    this.#held.clear();
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
    const { length } = this.#held;
    if (length > 0) {
      const value = this.#held.slice(0, length, false);
      this.#held.clear();
      this.#onRead(length);
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }
}
