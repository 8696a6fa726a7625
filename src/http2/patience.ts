/** How long a connection may do nothing, or only half of something. */
import type { CutReason } from "./cut-reasons.js";
import type { Http2Limits } from "./limits.js";
import type { Outbound } from "./outbound.js";

/** What is looked at of a connection. */
export interface Watched {
  readonly socket: { isPaused(): boolean };
  readonly openStreams: number;
  /** Tells when a stream was opened. */
  readonly ids: { readonly last: number };
  readonly outbound: Outbound;
}

/** What is looked at of what it receives. */
export interface WatchedInbound {
  /** Frames so far. */
  readonly frames: number;
  /** Whether a frame or a header block has begun and not ended. */
  readonly isWithinFrame: boolean;
}

/** The clocks of one connection. They advance when a connection is looked at, not with its frames. */
export class Patience {
  readonly #limits: Http2Limits;
  #idleSince: number;
  #lastStream = 0;
  #stuckSince: number;
  #frames = 0;
  /** Milliseconds in which the peer has not taken what it should have taken in them. */
  #unreadMs = 0;
  #sent = 0;
  #lookedAt: number;

  /** @param now a monotonic time in milliseconds */
  constructor(limits: Http2Limits, now: number) {
    this.#limits = limits;
    this.#idleSince = now;
    this.#stuckSince = now;
    this.#lookedAt = now;
  }

  /**
   * Looks at a connection.
   *
   * @returns "idle" for one that should be asked to leave, the reason for one that is to be cut, undefined
   *   for one that may stay
   */
  lost(now: number, connection: Watched, inbound: WatchedInbound): CutReason | "idle" | undefined {
    const { frameTimeoutMs, idleTimeoutMs, prefaceTimeoutMs, unreadTimeoutMs } = this.#limits;
    if (connection.openStreams > 0 || connection.ids.last !== this.#lastStream) {
      this.#idleSince = now;
      this.#lastStream = connection.ids.last;
    }
    const isProgressing = !inbound.isWithinFrame || inbound.frames !== this.#frames;
    if (isProgressing || connection.socket.isPaused()) {
      this.#stuckSince = now;
      this.#frames = inbound.frames;
    }
    this.#lookAtAnswers(now, connection.outbound);
    if (this.#unreadMs > unreadTimeoutMs) return "answers that nobody reads";
    if (now - this.#stuckSince > frameTimeoutMs) return "a frame without an end";
    const patience = inbound.frames === 0 ? prefaceTimeoutMs : idleTimeoutMs;
    return now - this.#idleSince > patience ? "idle" : undefined;
  }

  /**
   * Time counts against the peer while something waits in the socket, and what it takes counts for it. The system takes
   * a megabyte at once, and then nothing for as long as a slow peer needs for it: time alone would tell nothing.
   */
  #lookAtAnswers(now: number, { writer }: Outbound): void {
    const takenMs = ((writer.sent - this.#sent) * 1000) / this.#limits.minReadBytesPerSecond;
    const passedMs = now - this.#lookedAt;
    this.#unreadMs = writer.unsent === 0 ? 0 : Math.max(0, this.#unreadMs + passedMs - takenMs);
    this.#sent = writer.sent;
    this.#lookedAt = now;
  }
}
