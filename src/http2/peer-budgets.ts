/** What a peer has spent on frames that carry no call, and on streams that came to nothing. */
import { Budget } from "./budget.js";
import { ConnectionError, ErrorCode } from "./error-codes.js";
import { FRAME_HEADER_SIZE } from "./frame-types.js";
import type { Http2Limits } from "./limits.js";

/** What a connection has seen, for the log. */
export interface ConnectionCounts {
  /** Streams that were opened. */
  streams: number;
  /** Streams that were reset with an error, by either side. */
  resets: number;
  /** PING, SETTINGS and other frames that carry no call. */
  controlFrames: number;
}

/** How long a peer may take to acknowledge our SETTINGS before it is taken to know them, in milliseconds. */
const SETTINGS_MS = 10_000;

/** The budgets of one connection. */
export class PeerBudgets {
  readonly counts: ConnectionCounts = { streams: 0, resets: 0, controlFrames: 0 };
  readonly #control: Budget;
  readonly #resets: Budget;
  readonly #refusals: Budget;
  readonly #overhead: Budget;
  readonly #now: () => number;
  readonly #begunAt: number;
  #hasAcknowledged = false;

  /** @param now a monotonic time in milliseconds */
  constructor({ control, resets, refusals, overhead }: Http2Limits, now: () => number) {
    const time = now();
    this.#now = now;
    this.#begunAt = time;
    this.#control = new Budget(control, time);
    this.#resets = new Budget(resets, time);
    this.#refusals = new Budget(refusals, time);
    this.#overhead = new Budget(overhead, time);
  }

  /** Whether the peer may have sent what it sends before it saw our SETTINGS. */
  get mayNotKnowLimits(): boolean {
    return !this.#hasAcknowledged && this.#now() - this.#begunAt < SETTINGS_MS;
  }

  /** The peer has acknowledged our SETTINGS. */
  acknowledge(): void {
    this.#hasAcknowledged = true;
  }

  /** Counts a stream that opens. What it adds counts at once: a fast client sends PINGs with each. */
  openStream(): void {
    this.counts.streams++;
    this.#control.earnStream();
    this.#overhead.earnStream();
  }

  /** Counts a DATA frame of ours, which has that many octets. */
  sendData(octets: number): void {
    this.#control.earnAnswerFrame(octets);
    this.#overhead.earnAnswerFrame(octets);
  }

  /** Counts a stream that was answered. */
  answerStream(): void {
    this.#resets.earnStream();
  }

  /** Counts a stream that ended with an error. Whether the connection may go on. */
  resetStream(): boolean {
    this.counts.resets++;
    return this.#resets.spend(1, this.#now());
  }

  /** Counts a stream that is refused for no fault of the peer's. Whether the connection may go on. */
  refuseStream(): boolean {
    return this.#refusals.spend(1, this.#now());
  }

  /**
   * Counts a frame that carries no call.
   *
   * @param octets of its payload
   * @throws ConnectionError ENHANCE_YOUR_CALM when there were too many
   */
  control(octets: number): void {
    this.counts.controlFrames++;
    if (!this.#control.spend(1, this.#now())) {
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "too many frames that carry no call");
    }
    this.overhead(octets);
  }

  /** Counts octets that belong to no call. @throws as `control` */
  overhead(octets: number): void {
    if (!this.#overhead.spend(octets + FRAME_HEADER_SIZE, this.#now())) {
      throw new ConnectionError(
        ErrorCode.ENHANCE_YOUR_CALM,
        "too many bytes that belong to no call",
      );
    }
  }
}
