const NOTHING = Buffer.alloc(0);
/** The least that several chunks are put together in, in bytes. */
const MIN_ROOM = 1024;

/**
 * The bytes of a body as they come. One chunk is kept where it lies; several are put together in memory that doubles, so
 * that a body sent byte by byte costs no more than twice its length, and no more time than one sent at once.
 */
export class GatheredBytes {
  /** How many there are. */
  length = 0;
  #bytes: Buffer = NOTHING;
  /** Whether `#bytes` is memory of our own, with room behind what is gathered. */
  #isOwn = false;

  /** How much memory they take, in bytes: with the room behind them, as far as it is ours. */
  get memory(): number {
    return this.#isOwn ? this.#bytes.length : this.length;
  }

  /** Adds a chunk, which must not change afterwards. */
  push(chunk: Buffer): void {
    const length = this.length + chunk.length;
    if (this.length === 0) {
      this.#bytes = chunk;
    } else {
      if (!this.#isOwn || length > this.#bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(MIN_ROOM, 2 * length));
        this.#bytes.copy(larger, 0, 0, this.length);
        this.#bytes = larger;
        this.#isOwn = true;
      }
      chunk.copy(this.#bytes, this.length);
    }
    this.length = length;
  }

  /** The byte at an index below `length`. */
  at(index: number): number {
    return this.#bytes[index]!;
  }

  /**
   * `length` bytes from `offset` on.
   *
   * @param own whether they must be copied into memory that holds nothing else: Node's chunks are windows onto buffers
   * shared with other requests, and a parsed `bytes` field is a window onto what was parsed
   */
  slice(offset: number, length: number, own: boolean): Buffer {
    const window = this.#bytes.subarray(offset, offset + length);
    if (!own) return window;
    const copy = Buffer.allocUnsafeSlow(length);
    window.copy(copy);
    return copy;
  }

  /** Takes the first bytes out. They are not copied, nor are those behind them. */
  take(length: number): Buffer {
    const taken = this.slice(0, length, false);
    const rest = this.slice(length, this.length - length, false);
    this.clear();
    if (rest.length > 0) this.push(rest);
    return taken;
  }

  /** Lets them go. */
  clear(): void {
    this.length = 0;
    this.#bytes = NOTHING;
    this.#isOwn = false;
  }
}
