/** What of a connection's answers waits, and how fast its peer takes it. */
import type { FrameWriter } from "./frame-writer.js";
import type { Http2Limits } from "./limits.js";
import type { UnreadAnswers, UnreadTotal } from "./unread-total.js";
import { Uptake } from "./uptake.js";

/** The answers of one connection that wait for windows, or for the socket. */
export class Backlog implements UnreadAnswers {
  readonly #writer: FrameWriter;
  readonly #limits: Http2Limits;
  readonly #total: UnreadTotal;
  readonly #uptake: Uptake;
  readonly #cut: () => void;
  #held = 0;
  #isClosed = false;

  /**
   * @param cut cuts the connection
   * @param now a monotonic time in milliseconds, as for all methods
   */
  constructor(
    writer: FrameWriter,
    limits: Http2Limits,
    total: UnreadTotal,
    cut: () => void,
    now: number,
  ) {
    this.#writer = writer;
    this.#limits = limits;
    this.#total = total;
    this.#cut = cut;
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
    if (!this.#isClosed) this.#total.note(this, this.#octets);
  }

  /** Looks at the peer's pace, every so often. */
  look(now: number): void {
    this.count();
    this.#uptake.look(now, this.#octets, this.#writer.sent);
  }

  seenMs(now: number): number {
    return this.#uptake.seenMs(now);
  }

  remainingMs(now: number): number {
    return this.#uptake.remainingMs(now, this.#octets, this.#writer.sent);
  }

  cutForRoom(): void {
    this.#cut();
  }

  /** Takes this connection out of the total, for good: what it had left to send is gone with its socket. */
  close(): void {
    this.#total.note(this, 0);
    this.#isClosed = true;
  }

  get #octets(): number {
    return this.#writer.unsent + this.#held;
  }
}
