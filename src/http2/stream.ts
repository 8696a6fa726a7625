/** A stream: one request and its answer (RFC 9113, section 5.1). */
import { ErrorCode } from "./error-codes.js";
import type { HeaderBlock } from "./header-block.js";
import type { HeaderFields } from "./header-fields.js";
import { ReceiveWindow } from "./receive-window.js";
import type { StreamHandler } from "./stream-handler.js";
import { WaitingData } from "./waiting-data.js";

/** What a stream needs of its connection. */
export interface StreamOwner {
  readonly outbound: {
    headers(streamId: number, block: HeaderBlock, end: boolean): void;
    data(stream: Http2Stream, data: Uint8Array, from: number, end: boolean): number;
    endOfStream(streamId: number): void;
    windowUpdate(streamId: number, increment: number): void;
    readonly backlog: { hold(octets: number): void };
  };
  /** Lets the peer send that many octets more on the connection. */
  release(octets: number): void;
  /** Sends RST_STREAM. */
  resetStream(id: number, code: number, window: number): void;
  /** The stream is over. */
  forget(stream: Http2Stream, code: number | undefined): void;
  /** A method of the stream's handler threw. */
  handlerFailed(error: unknown): void;
}

/** An open stream of a connection `C`. */
export class Http2Stream<C extends StreamOwner = StreamOwner> {
  /** Serves the stream; set in `onStream`. */
  handler: StreamHandler | undefined;
  readonly id: number;
  readonly connection: C;
  /** The request's header fields. */
  readonly headers: HeaderFields;
  /** Whether the request is complete. */
  requestEnded = false;
  /** Whether the stream is over. Nothing more can be sent. */
  closed = false;
  /** What `content-length` announced. */
  readonly contentLength: number | undefined;
  /** Octets of the body so far. */
  received = 0;
  /** What the peer lets us send; negative after its SETTINGS made windows smaller. */
  sendWindow: number;
  readonly #receiveWindow: ReceiveWindow;
  #unconsumed = 0;
  #waiting: WaitingData | undefined;
  #ending = false;
  #answerEnded = false;
  #trailers: HeaderBlock | undefined;

  constructor(
    id: number,
    connection: C,
    headers: HeaderFields,
    contentLength: number | undefined,
    sendWindow: number,
    receiveWindow: number,
  ) {
    this.id = id;
    this.connection = connection;
    this.headers = headers;
    this.contentLength = contentLength;
    this.sendWindow = sendWindow;
    this.#receiveWindow = new ReceiveWindow(receiveWindow);
  }

  /**
   * Sends a whole answer. Without `body` and `trailers` it is its headers alone.
   *
   * @param body must not change until it has been sent: what the peer does not take yet is kept, not copied
   */
  respond(head: HeaderBlock, body?: Uint8Array, trailers?: HeaderBlock): void {
    if (this.closed || this.#ending) return;
    const hasBody = body !== undefined && body.length > 0;
    const headIsAll = !hasBody && trailers === undefined;
    this.connection.outbound.headers(this.id, head, headIsAll);
    if (headIsAll) {
      this.#endAnswer();
      return;
    }
    this.#ending = true;
    this.#trailers = trailers;
    if (hasBody) this.#send(body);
    if (this.#waiting === undefined) this.#sendEnd(hasBody);
  }

  /** Sends the answer's headers; with `end`, they are all of it. */
  sendHeaders(head: HeaderBlock, end = false): void {
    if (this.closed || this.#ending) return;
    this.connection.outbound.headers(this.id, head, end);
    if (end) this.#endAnswer();
  }

  /**
   * Sends a piece of the answer's body. What the peer does not take yet is kept.
   *
   * @param data must not change until it has been sent
   * @returns false when the caller should wait for `onDrain`
   */
  write(data: Uint8Array): boolean {
    if (this.closed || this.#ending) return false;
    if (data.length > 0) this.#send(data);
    return this.#waiting === undefined;
  }

  /** Ends the answer, behind everything that was written. */
  end(trailers?: HeaderBlock): void {
    if (this.closed || this.#ending) return;
    this.#ending = true;
    this.#trailers = trailers;
    if (this.#waiting === undefined) this.#sendEnd(false);
  }

  /** Ends the stream at once with RST_STREAM. @param code one of `ErrorCode` */
  reset(code: number): void {
    if (this.closed) return;
    this.connection.resetStream(this.id, code, this.#receiveWindow.left);
    this.close(code);
  }

  /** Lets the peer send that many octets more: they are no longer held. */
  consume(octets: number): void {
    const counted = Math.min(octets, this.#unconsumed);
    this.#unconsumed -= counted;
    if (counted > 0) this.connection.release(counted);
    if (this.requestEnded || this.closed) return;
    const increment = this.#receiveWindow.release(counted);
    if (increment > 0) this.connection.outbound.windowUpdate(this.id, increment);
  }

  /** Counts octets of DATA. Whether the window allowed them. For the connection. */
  receive(octets: number): boolean {
    this.#unconsumed += octets;
    return this.#receiveWindow.take(octets);
  }

  /** Takes a piece of the request's body. For the connection. */
  deliver(chunk: Buffer, isLast: boolean): void {
    try {
      this.handler?.onData(chunk, isLast);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Takes the end of the request. For the connection. */
  endRequest(trailers: HeaderFields | undefined): void {
    this.requestEnded = true;
    try {
      this.handler?.onEnd(trailers);
    } catch (error) {
      this.fail(error);
    }
    if (this.#answerEnded) this.close(undefined);
  }

  /** Sends what waits, up to one frame. Whether there is more. For the connection. */
  drain(): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined) return false;
    const { outbound } = this.connection;
    const isLast = this.#endsWithData && waiting.isLastPiece;
    const sent = outbound.data(this, waiting.first, waiting.from, isLast);
    if (sent === 0) return true;
    outbound.backlog.hold(-sent);
    if (!waiting.take(sent)) return true;
    this.#waiting = undefined;
    try {
      if (this.#ending) this.#sendEnd(true);
      else this.handler?.onDrain?.();
    } catch (error) {
      this.fail(error);
    }
    return this.#waiting !== undefined;
  }

  /** Ends the stream without a frame. For the connection. */
  close(code: number | undefined): void {
    if (this.closed) return;
    this.closed = true;
    if (this.#waiting !== undefined) this.connection.outbound.backlog.hold(-this.#waiting.octets);
    this.#waiting = undefined;
    this.consume(this.#unconsumed);
    this.connection.forget(this, code);
    const { handler } = this;
    this.handler = undefined;
    try {
      handler?.onClose(code);
    } catch (error) {
      this.connection.handlerFailed(error);
    }
  }

  /** Ends the stream whose handler threw. For the connection. */
  fail(error: unknown): void {
    this.connection.handlerFailed(error);
    this.reset(ErrorCode.INTERNAL_ERROR);
  }

  /** Whether the last octet of data ends the answer. */
  get #endsWithData(): boolean {
    return this.#ending && this.#trailers === undefined;
  }

  #send(data: Uint8Array): void {
    const { outbound } = this.connection;
    let sent = 0;
    if (this.#waiting === undefined) {
      for (;;) {
        const more = outbound.data(this, data, sent, this.#endsWithData);
        sent += more;
        if (sent === data.length) return;
        if (more === 0) break;
      }
      this.#waiting = new WaitingData(data, sent);
    } else {
      this.#waiting.add(data);
    }
    outbound.backlog.hold(data.length - sent);
  }

  /** @param dataHasEnded whether the last frame of data ended the stream */
  #sendEnd(dataHasEnded: boolean): void {
    const { outbound } = this.connection;
    if (this.#trailers !== undefined) outbound.headers(this.id, this.#trailers, true);
    else if (!dataHasEnded) outbound.endOfStream(this.id);
    this.#endAnswer();
  }

  #endAnswer(): void {
    this.#ending = true;
    this.#answerEnded = true;
    if (this.requestEnded) this.close(undefined);
    // The rest of the request has no reader (RFC 9113, section 8.1).
    else this.reset(ErrorCode.NO_ERROR);
  }
}
