/** What became of the streams that are no longer open (RFC 9113, sections 5.1 and 5.1.1). */
import { ConnectionError, ErrorCode } from "./error-codes.js";

/** How many resets of ours are remembered: a peer may have sent frames before it saw one. */
const MAX_REMEMBERED_RESETS = 256;
/** How many runs of ids that a peer left out are remembered. */
const MAX_GAPS = 16;

/** The ids that a peer has used. */
export class StreamIds {
  /** The highest id that opened a stream. */
  last = 0;
  /** Streams that we reset, and how many octets of DATA may still arrive of each. */
  #resets: Map<number, number> | undefined;
  #gaps: [from: number, to: number][] | undefined;
  /** The highest of the streams whose resets are forgotten, and how many octets of DATA may still arrive of them. */
  #lastForgotten = 0;
  #forgottenOctets = 0;

  /** Whether a stream has never been opened. Of even ids none is: they are for streams of the server's. */
  isIdle(id: number): boolean {
    return id % 2 === 0 || id > this.last;
  }

  /** Takes a new stream's id, which is above the last. */
  open(id: number): void {
    if (id > this.last + 2) {
      this.#gaps ??= [];
      if (this.#gaps.length < MAX_GAPS) this.#gaps.push([this.last + 1, id - 1]);
    }
    this.last = id;
  }

  /**
   * Remembers a stream that we reset.
   *
   * @param window how many octets of DATA the peer may have sent before it sees the reset
   */
  noteReset(id: number, window: number): void {
    this.#resets ??= new Map();
    const resets = this.#resets;
    if (resets.size >= MAX_REMEMBERED_RESETS) {
      const [[oldest, left]] = resets as Iterable<[number, number]> as [[number, number]];
      resets.delete(oldest);
      this.#lastForgotten = Math.max(this.#lastForgotten, oldest);
      this.#forgottenOctets += left;
    }
    resets.set(id, window);
  }

  /**
   * Takes DATA of a stream that is not open. Of a stream that we reset it is ignored up to the stream's
   * window, which is not opened again.
   *
   * @throws ConnectionError as `requireReset`; FLOW_CONTROL_ERROR beyond the window
   */
  ignoreData(id: number, octets: number): void {
    this.requireReset(id, "DATA");
    const known = this.#resets?.get(id);
    const left = (known ?? this.#forgottenOctets) - octets;
    if (left < 0) {
      const reason = "DATA beyond the window of a stream that was reset";
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, reason);
    }
    if (known === undefined) this.#forgottenOctets = left;
    else this.#resets?.set(id, left);
  }

  /**
   * Takes a frame of a stream that is not open. It is ignored where we reset the stream: the peer may
   * not have known.
   *
   * @param frame the frame's type, for the error
   * @throws ConnectionError for a stream that was never opened, or that has ended
   */
  requireReset(id: number, frame: "DATA" | "HEADERS"): void {
    if (this.#resets?.has(id)) return;
    if (this.isIdle(id) || this.#gaps?.some(([from, to]) => id >= from && id <= to)) {
      const reason = `${frame} of a stream that was not opened` as const;
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, reason);
    }
    // Which of those below were reset is not known any more.
    if (id <= this.#lastForgotten) return;
    throw new ConnectionError(ErrorCode.STREAM_CLOSED, `${frame} of a stream that has ended`);
  }
}
