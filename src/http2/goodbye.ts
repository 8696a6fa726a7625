/** How a server asks a peer to leave (RFC 9113, section 6.8). */
import { ErrorCode } from "./error-codes.js";
import { MAX_31_BIT } from "./frame-types.js";
import type { Outbound } from "./outbound.js";

/** The most time between the two GOAWAYs, in milliseconds. */
const MOST_MS = 1_000;
/**
 * How long the second GOAWAY waits behind the answer to our PING, in milliseconds. Clients with threads read and
 * write in different ones: a stream that was numbered before the first GOAWAY was read may be sent behind the
 * answer to the PING.
 */
const SETTLING_MS = 250;
const PING = Buffer.from("goodbye!", "latin1");

/**
 * Two GOAWAYs: the first refuses nothing; the second, after a round trip and a pause, at most a second
 * later, names the last stream that is served. So no stream is lost that the peer opened before it saw
 * the first.
 */
export class Goodbye {
  readonly #outbound: Outbound;
  #phase: "none" | "asked" | "final" = "none";
  #since = 0;
  /** When the peer answered our PING. */
  #answeredAt: number | undefined;

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

  /** Takes the answer to a PING. @param now as for `begin` */
  onPingAck(payload: Buffer, now: number): void {
    if (this.#phase === "asked" && payload.equals(PING)) this.#answeredAt ??= now;
  }

  /** Whether it is time for the second GOAWAY. */
  isDue(now: number): boolean {
    if (this.#phase !== "asked") return false;
    const answeredAt = this.#answeredAt ?? Number.POSITIVE_INFINITY;
    return now - answeredAt >= SETTLING_MS || now - this.#since >= MOST_MS;
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
