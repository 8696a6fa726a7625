/** What the peer may still send, of a stream or of a connection (RFC 9113, section 5.2). */
export class ReceiveWindow {
  readonly #size: number;
  #left: number;
  #unannounced = 0;

  /** @param size what the peer was told, in octets */
  constructor(size: number) {
    this.#size = size;
    this.#left = size;
  }

  /** Octets that the peer may still send. */
  get left(): number {
    return this.#left;
  }

  /** Counts what came. Whether the peer was allowed to send it. */
  take(octets: number): boolean {
    this.#left -= octets;
    return this.#left >= 0;
  }

  /**
   * Gives room back.
   *
   * @returns the increment for a WINDOW_UPDATE; 0 while less than half of the window is to be told
   */
  release(octets: number): number {
    this.#unannounced += octets;
    if (this.#unannounced * 2 < this.#size) return 0;
    const increment = this.#unannounced;
    this.#unannounced = 0;
    this.#left += increment;
    return increment;
  }
}
