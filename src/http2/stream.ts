/** A stream: one request and its answer (RFC 9113, section 5.1). */
import { ErrorCode } from "./error-codes.js";
import type { HeaderBlock } from "./header-block.js";
import type { HeaderFields } from "./header-fields.js";
import { ReceiveWindow } from "./receive-window.js";

/** Serves a stream. Each method is called in the turn in which its frame is read. */
export interface StreamHandler {
  /** A piece of the request's body. `chunk` is valid during the call; whoever keeps it copies it. */
  onData(chunk: Buffer): void;
  /** The request is complete. */
  onEnd(trailers: HeaderFields | undefined): void;
  /** The stream is over: `undefined` when both sides ended it, else the reset's or connection's code. */
  onClose(code: number | undefined): void;
  /** `Http2Stream.write` may be called again. */
  onDrain?(): void;
}

/** What a stream needs of its connection. */
export interface StreamOwner {
  readonly outbound: {
    headers(streamId: number, block: HeaderBlock, end: boolean): void;
    data(stream: Http2Stream, data: Uint8Array, from: number): number;
    endOfStream(streamId: number): void;
    windowUpdate(streamId: number, increment: number): void;
    hold(octets: number): void;
  };
  /** Lets the peer send that many octets more on the connection. */
  release(octets: number): void;
  /** Sends RST_STREAM. */
  resetStream(id: number, code: number): void;
  /** The stream is over. */
  forget(stream: Http2Stream, code: number | undefined): void;
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
  #queue: Uint8Array[] | undefined;
  #queueFrom = 0;
  #ending = false;
  #answerEnded = false;
  #trailers: HeaderBlock | undefined;

  constructor(
    id: number,
    connection: C,
    headers: HeaderFields,
    contentLength: number | undefined,
    windows: { readonly send: number; readonly receive: number },
  ) {
    this.id = id;
    this.connection = connection;
    this.headers = headers;
    this.contentLength = contentLength;
    this.sendWindow = windows.send;
    this.#receiveWindow = new ReceiveWindow(windows.receive);
  }

  /** Sends a whole answer. Without `body` and `trailers` it is its headers alone. */
  respond(head: HeaderBlock, body?: Uint8Array, trailers?: HeaderBlock): void {
    if (this.closed) return;
    const hasBody = body !== undefined && body.length > 0;
    const headIsAll = !hasBody && trailers === undefined;
    this.connection.outbound.headers(this.id, head, headIsAll);
    if (headIsAll) {
      this.#endAnswer();
      return;
    }
    if (hasBody) this.#send(body);
    this.end(trailers);
  }

  /** Sends the answer's headers; with `end`, they are all of it. */
  sendHeaders(head: HeaderBlock, end = false): void {
    if (this.closed) return;
    this.connection.outbound.headers(this.id, head, end);
    if (end) this.#endAnswer();
  }

  /**
   * Sends a piece of the answer's body. What the peer does not take yet is kept.
   *
   * @returns false when the caller should wait for `onDrain`
   */
  write(data: Uint8Array): boolean {
    if (this.closed || this.#ending) return false;
    if (data.length > 0) this.#send(data);
    return this.#queue === undefined;
  }

  /** Ends the answer, behind everything that was written. */
  end(trailers?: HeaderBlock): void {
    if (this.closed || this.#ending) return;
    this.#ending = true;
    this.#trailers = trailers;
    if (this.#queue === undefined) this.#sendEnd();
  }

  /** Ends the stream at once with RST_STREAM. @param code one of `ErrorCode` */
  reset(code: number): void {
    if (this.closed) return;
    this.connection.resetStream(this.id, code);
    this.close(code);
  }

  /** Lets the peer send that many octets more: they are no longer held. */
  consume(octets: number): void {
    const counted = Math.min(octets, this.#unconsumed);
    if (counted === 0) return;
    this.#unconsumed -= counted;
    this.connection.release(counted);
    if (this.requestEnded || this.closed) return;
    const increment = this.#receiveWindow.release(counted);
    if (increment > 0) this.connection.outbound.windowUpdate(this.id, increment);
  }

  /** Counts octets of DATA. Whether the window allowed them. For the connection. */
  receive(octets: number): boolean {
    this.#unconsumed += octets;
    return this.#receiveWindow.take(octets);
  }

  /** Takes the end of the request. For the connection. */
  endRequest(trailers: HeaderFields | undefined): void {
    this.requestEnded = true;
    this.handler?.onEnd(trailers);
    if (this.#answerEnded) this.close(undefined);
  }

  /** Sends what waits, up to one frame. Whether there is more. For the connection. */
  drain(): boolean {
    const queue = this.#queue;
    if (queue === undefined) return false;
    const [first] = queue as [Uint8Array];
    const sent = this.connection.outbound.data(this, first, this.#queueFrom);
    if (sent === 0) return true;
    this.connection.outbound.hold(-sent);
    this.#queueFrom += sent;
    if (this.#queueFrom < first.length) return true;
    queue.shift();
    this.#queueFrom = 0;
    if (queue.length > 0) return true;
    this.#queue = undefined;
    if (this.#ending) this.#sendEnd();
    else this.handler?.onDrain?.();
    return this.#queue !== undefined;
  }

  /** Ends the stream without a frame. For the connection. */
  close(code: number | undefined): void {
    if (this.closed) return;
    this.closed = true;
    const queue = this.#queue;
    if (queue !== undefined) {
      this.#queue = undefined;
      let octets = -this.#queueFrom;
      for (const data of queue) octets += data.length;
      this.connection.outbound.hold(-octets);
    }
    if (this.#unconsumed > 0) this.connection.release(this.#unconsumed);
    this.#unconsumed = 0;
    this.connection.forget(this, code);
    const { handler } = this;
    this.handler = undefined;
    handler?.onClose(code);
  }

  #send(data: Uint8Array): void {
    let sent = 0;
    if (this.#queue === undefined) {
      for (;;) {
        const more = this.connection.outbound.data(this, data, sent);
        sent += more;
        if (sent === data.length) return;
        if (more === 0) break;
      }
      this.#queue = [];
      this.#queueFrom = sent;
    }
    this.#queue.push(data);
    this.connection.outbound.hold(data.length - sent);
  }

  #sendEnd(): void {
    const { outbound } = this.connection;
    if (this.#trailers !== undefined) outbound.headers(this.id, this.#trailers, true);
    else outbound.endOfStream(this.id);
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
