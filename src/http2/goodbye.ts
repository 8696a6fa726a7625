/** How a server asks a peer to leave (RFC 9113, section 6.8). */
import { ErrorCode } from "./error-codes.js";
import { MAX_31_BIT } from "./frame-types.js";
import type { Outbound } from "./outbound.js";

/** How long the second GOAWAY waits for the answer to our PING, in milliseconds. */
const PING_TIMEOUT_MS = 1_000;
const PING = Buffer.from("goodbye!", "latin1");

/**
 * Two GOAWAYs: the first refuses nothing; the second, after a round trip or a second, names the last
 * stream that is served. So no stream is lost that the peer opened before it saw the first.
 */
export class Goodbye {
  readonly #outbound: Outbound;
  #phase: "none" | "asked" | "final" = "none";
  #since = 0;

  constructor(outbound: Outbound) {
    this.#outbound = outbound;
  }

  /** Whether the peer was asked to leave. */
  get hasBegun(): boolean {
    return this.#phase !== "none";
  }

  /** Whether the last stream was named, so that no later one is served. */
  get isFinal(): boolean {
    return this.#phase === "final";
  }

  /** Sends the first GOAWAY. @param now a monotonic time in milliseconds */
  begin(now: number): void {
    this.#phase = "asked";
    this.#since = now;
    this.#outbound.goAway(MAX_31_BIT, ErrorCode.NO_ERROR, "");
    this.#outbound.ping(0, PING);
  }

  /** Whether a PING's answer, or the time, calls for the second GOAWAY. */
  isDue(now: number, pingAck?: Buffer): boolean {
    if (this.#phase !== "asked") return false;
    return pingAck?.equals(PING) || now - this.#since >= PING_TIMEOUT_MS;
  }

  /** Sends the second GOAWAY. */
  finish(lastStream: number, now: number): void {
    this.#phase = "final";
    this.#since = now;
    this.#outbound.goAway(lastStream, ErrorCode.NO_ERROR, "");
  }

  /** Whether the last streams have had their time, in milliseconds. */
  isOver(now: number, timeoutMs: number): boolean {
    return this.isFinal && now - this.#since >= timeoutMs;
  }
}
