/** Which streams of a connection are opened, and what becomes of the others. */
import type { ConnectionHost } from "./connection-host.js";
import type { CutReason } from "./cut-reasons.js";
import { ErrorCode } from "./error-codes.js";
import type { Goodbye } from "./goodbye.js";
import type { Http2Limits } from "./limits.js";
import type { Outbound } from "./outbound.js";
import type { PeerBudgets } from "./peer-budgets.js";
import type { OpeningRequest } from "./request-frames.js";
import { Http2Stream, type StreamOwner } from "./stream.js";
import type { StreamIds } from "./stream-ids.js";

/** A connection, as far as streams are opened on it. */
export interface OpeningConnection extends StreamOwner {
  readonly limits: Http2Limits;
  readonly outbound: Outbound;
  readonly budgets: PeerBudgets;
  readonly ids: StreamIds;
  readonly isEnded: boolean;
  destroy(code: number, reason: CutReason): void;
}

/** Opens the streams of one connection, and resets them. */
export class StreamOpening<C extends OpeningConnection> {
  /** The open streams. */
  readonly streams = new Map<number, Http2Stream<C>>();
  readonly #connection: C;
  readonly #host: ConnectionHost<C>;
  readonly #goodbye: Goodbye;

  constructor(connection: C, host: ConnectionHost<C>, goodbye: Goodbye) {
    this.#connection = connection;
    this.#host = host;
    this.#goodbye = goodbye;
  }

  /** See `RequestTarget`. */
  open(id: number, { fields, isTooLarge, length, ends }: OpeningRequest): void {
    const connection = this.#connection;
    const { limits, outbound, budgets } = connection;
    const { streamWindowBytes: window } = limits;
    // A peer that was told the last stream is to ask elsewhere for the others.
    if (this.#goodbye.isFinal || outbound.backlog.isHoldingTooMuch) {
      this.refuse(id, ErrorCode.REFUSED_STREAM);
      return;
    }
    if (this.streams.size >= limits.maxConcurrentStreams) {
      // Before it has seen how many there may be, a peer may open as many as it likes (section 5.1.2).
      if (budgets.mayNotKnowLimits) this.#refuseFreely(id);
      else this.refuse(id, ErrorCode.REFUSED_STREAM);
      return;
    }
    if (fields[":method"] === "CONNECT") {
      outbound.refuseTunnel(id);
      this.#host.onRefused(connection, ErrorCode.NO_ERROR);
      if (!ends) this.reset(id, ErrorCode.NO_ERROR, window);
      return;
    }
    if (!this.#host.mayOpenStream(connection)) {
      // That others fill the server is no fault of this peer's.
      this.#refuseFreely(id);
      return;
    }
    const stream = new Http2Stream(id, connection, fields, length, outbound.initialWindow, window);
    stream.requestEnded = ends;
    this.streams.set(id, stream);
    try {
      if (isTooLarge) this.#refuseHeaders(stream);
      else this.#host.onStream(stream);
    } catch (error) {
      stream.fail(error);
    }
    if (ends && !stream.closed) stream.endRequest(undefined);
  }

  /** Resets a stream that is not to be opened, at the peer's cost. */
  refuse(id: number, code: number): void {
    const connection = this.#connection;
    this.reset(id, code, connection.limits.streamWindowBytes);
    const isGoodbye = this.#goodbye.isFinal && code === ErrorCode.REFUSED_STREAM;
    if (!isGoodbye) this.#host.onRefused(connection, code);
    this.spendReset();
  }

  /** Sends RST_STREAM. @param window octets of DATA that may still come */
  reset(id: number, code: number, window: number): void {
    this.#connection.ids.noteReset(id, window);
    this.#connection.outbound.reset(id, code);
  }

  /** Counts a stream that came to nothing; too many end the connection. */
  spendReset(): void {
    const connection = this.#connection;
    if (connection.isEnded || connection.budgets.resetStream()) return;
    connection.destroy(ErrorCode.ENHANCE_YOUR_CALM, "too many streams reset");
  }

  /**
   * Has a request answered whose headers are beyond the limit. No reset: a proxy would take it for a failure of the
   * server, and it would be one of those after which the connection is cut, with the calls of others.
   */
  #refuseHeaders(stream: Http2Stream<C>): void {
    this.#host.onRefused(this.#connection, ErrorCode.ENHANCE_YOUR_CALM);
    this.#host.onHeadersTooLarge(stream);
    this.#spendRefusal();
  }

  /** Refuses a stream for no fault of the peer's. */
  #refuseFreely(id: number): void {
    const connection = this.#connection;
    this.reset(id, ErrorCode.REFUSED_STREAM, connection.limits.streamWindowBytes);
    this.#host.onRefused(connection, ErrorCode.REFUSED_STREAM);
    this.#spendRefusal();
  }

  /** Refuses at any pace at which a client asks again, but not at that of a flood. */
  #spendRefusal(): void {
    const connection = this.#connection;
    if (connection.isEnded || connection.budgets.refuseStream()) return;
    connection.destroy(ErrorCode.ENHANCE_YOUR_CALM, "too many streams refused");
  }
}
