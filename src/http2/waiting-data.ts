/** Data of an answer that waits for the peer's windows, or for room in the socket. */
export class WaitingData {
  readonly #pieces: Uint8Array[];
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
    return this.#pieces[0] as Uint8Array;
  }

  /** Whether nothing waits behind the first piece. */
  get isLastPiece(): boolean {
    return this.#pieces.length === 1;
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
    this.#pieces.shift();
    return this.#pieces.length === 0;
  }
}
