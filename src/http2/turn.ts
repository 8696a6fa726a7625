/**
 * Serves what many connections have sent in one turn of the event loop together: first all reads, then
 * all the work, then all writes. A change between the system's code and ours empties the processor's
 * caches and its branch predictor; where each connection has one call under way, this way halves the
 * processor time of a call.
 */

/** Reads that are served at once, at most: beyond some dozens nothing is gained. */
const MAX_CHUNKS = 64;
/** What waits to be served, at most, in octets. */
const MAX_OCTETS = 1024 * 1024;

/** A connection, as it is served. */
export interface Receiver {
  /** Works on what was received; what it answers waits in its writer. */
  read(chunk: Buffer): void;
  /** Writes what waits. */
  finishRead(): void;
}

/** What the connections of a server have received in this turn. */
export class Turn {
  #receivers: Receiver[] = [];
  #chunks: Buffer[] = [];
  #octets = 0;
  #scheduled = false;

  /** Serves a connection before the loop goes to sleep, or at once when enough is waiting. */
  add(receiver: Receiver, chunk: Buffer): void {
    this.#receivers.push(receiver);
    this.#chunks.push(chunk);
    this.#octets += chunk.length;
    if (this.#receivers.length >= MAX_CHUNKS || this.#octets >= MAX_OCTETS) {
      this.run();
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.run();
      });
    }
  }

  /** Serves whatever waits now. */
  run(): void {
    const receivers = this.#receivers;
    const chunks = this.#chunks;
    this.#receivers = [];
    this.#chunks = [];
    this.#octets = 0;
    for (let i = 0; i < receivers.length; i++) {
      (receivers[i] as Receiver).read(chunks[i] as Buffer);
    }
    for (const receiver of receivers) receiver.finishRead();
  }
}
