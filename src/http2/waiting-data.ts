/** How many taken pieces are kept before they may be dropped. */
const MOST_TAKEN = 64;

/** Data of an answer that waits for the peer's windows, or for room in the socket. */
export class WaitingData {
  #pieces: (Uint8Array | undefined)[];
  /** The index of the first piece. Taken pieces are dropped in bulk: each `shift` would move all others. */
  #head = 0;
  /** Octets of the first piece that have been sent. */
  from: number;
  /** Octets that wait. */
  octets: number;

  /** @param from how much of `first` has been sent */
  constructor(first: Uint8Array, from: number) {
    this.#pieces = [first];
    this.from = from;
    this.octets = first.length - from;
  }

  /** What is to be sent next, from `from` on. */
  get first(): Uint8Array {
    return this.#pieces[this.#head] as Uint8Array;
  }

  /** Whether nothing waits behind the first piece. */
  get isLastPiece(): boolean {
    return this.#pieces.length - this.#head === 1;
  }

  /** Adds a piece at the end. */
  add(data: Uint8Array): void {
    this.#pieces.push(data);
    this.octets += data.length;
  }

  /** Takes octets that have been sent from the first piece. Whether nothing is left. */
  take(octets: number): boolean {
    this.octets -= octets;
    this.from += octets;
    if (this.from < this.first.length) return false;
    this.from = 0;
    this.#pieces[this.#head++] = undefined;
    if (this.#head === this.#pieces.length) return true;
    if (this.#head >= MOST_TAKEN && this.#head * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#head);
      this.#head = 0;
    }
    return false;
  }
}
