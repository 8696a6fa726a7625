/** What of the answers of one HTTP/1.1 connection waits, and how fast its client takes it. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type UnreadAnswers, type UnreadTotal, Uptake } from "../http2/index.js";

/** The answers of one connection that are not taken yet. */
export class Http1Backlog implements UnreadAnswers {
  readonly #socket: Socket;
  readonly #open: Iterable<ServerResponse>;
  readonly #total: UnreadTotal;
  readonly #cut: () => void;
  readonly #uptake: Uptake;
  #isClosed = false;

  /**
   * @param open the answers that are not taken yet
   * @param total what waits on all connections
   * @param cut cuts the connection
   * @param now a monotonic time in milliseconds, as for all methods
   */
  constructor(
    socket: Socket,
    open: Iterable<ServerResponse>,
    total: UnreadTotal,
    cut: () => void,
    now: number,
  ) {
    this.#socket = socket;
    this.#open = open;
    this.#total = total;
    this.#cut = cut;
    this.#uptake = new Uptake(now);
  }

  /** Notes what waits in the total of all connections. */
  count(): void {
    if (!this.#isClosed) this.#total.note(this, this.#octets);
  }

  /** Looks at the client's pace, every so often. */
  look(now: number): void {
    this.count();
    this.#uptake.look(now, this.#octets, this.#taken);
  }

  seenMs(now: number): number {
    return this.#uptake.seenMs(now);
  }

  remainingMs(now: number): number {
    return this.#uptake.remainingMs(now, this.#octets, this.#taken);
  }

  cutForRoom(): void {
    this.close();
    this.#cut();
  }

  /** Takes the connection out of the total, for good. */
  close(): void {
    this.#total.note(this, 0);
    this.#isClosed = true;
  }

  /** Octets that wait in the socket, and of answers whose turn has not come. */
  get #octets(): number {
    if (this.#socket.destroyed) return 0;
    const inSocket = this.#socket.writableLength;
    let octets = inSocket;
    for (const { socket, writableLength } of this.#open) {
      octets += socket ? writableLength - inSocket : writableLength;
    }
    return octets;
  }

  /** Octets that the system has taken. */
  get #taken(): number {
    // Node does not tell of a socket that is gone.
    if (this.#socket.destroyed) return 0;
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }
}
