/** What of a connection's answers waits, and how fast its peer takes it. */
import type { FrameWriter } from "./frame-writer.js";
import type { Http2Limits } from "./limits.js";
import type { UnreadTotal } from "./unread-total.js";
import { Uptake } from "./uptake.js";

/** Octets that wait on one connection before they count for the total: the mark of `net.Socket`. */
const LEAST_COUNTED = 16 * 1024;

/** The answers of one connection that wait for windows, or for the socket. */
export class Backlog {
  readonly #writer: FrameWriter;
  readonly #limits: Http2Limits;
  readonly #total: UnreadTotal;
  readonly #uptake: Uptake;
  #held = 0;
  /** What this connection has added to the total. */
  #counted = 0;

  /** @param now a monotonic time in milliseconds, as for all methods */
  constructor(writer: FrameWriter, limits: Http2Limits, total: UnreadTotal, now: number) {
    this.#writer = writer;
    this.#limits = limits;
    this.#total = total;
    this.#uptake = new Uptake(now);
  }

  /** Whether so much waits in the socket that nothing more is to be begun. */
  get isFull(): boolean {
    return this.#writer.unsent > this.#limits.maxUnreadBytes;
  }

  /** Whether so much waits for windows that no further stream is to be served. */
  get isHoldingTooMuch(): boolean {
    return this.#held > this.#limits.maxWaitingBytes;
  }

  /** Counts octets that wait for room; negative when they have gone. */
  hold(octets: number): void {
    this.#held += octets;
  }

  /** Adds what waits to the total of all connections. Called after each read, and when the socket drains. */
  count(): void {
    const octets = this.#octets;
    // Below that, a socket does not report that it has drained.
    const counted = octets < LEAST_COUNTED ? 0 : octets;
    this.#total.octets += counted - this.#counted;
    this.#counted = counted;
  }

  /** Looks at the peer's pace, every so often. */
  look(now: number): void {
    this.count();
    this.#uptake.look(now, this.#octets, this.#writer.sent);
  }

  /** For how long the peer's pace is known, in milliseconds. */
  seenMs(now: number): number {
    return this.#uptake.seenMs(now);
  }

  /** How long the peer would take for what waits, in milliseconds. */
  remainingMs(now: number): number {
    return this.#uptake.remainingMs(now, this.#octets, this.#writer.sent);
  }

  /** Takes this connection out of the total. */
  close(): void {
    this.#total.octets -= this.#counted;
    this.#counted = 0;
  }

  get #octets(): number {
    return this.#writer.unsent + this.#held;
  }
}
