import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  ErrorCode,
  encodeHeaderBlock,
  type HeaderFields,
  type ServerStream,
  type StreamHandler,
} from "../../http2/index.js";
import { ignoreError, resetReason } from "./errors.js";
import { expectsContinue } from "./expectation.js";
import type { HeldBodies, UnfinishedBody } from "./held-bodies.js";
import type { HttpExchange, HttpHandler, HttpResponse } from "./http-exchange.js";
import { headOf, isTrailersOnly, trailerOf, trailersOnlyOf } from "./http2-answer.js";
import { RequestBody } from "./request-body.js";
import { noteSlowCall } from "./slow-client.js";

const CONTINUE = encodeHeaderBlock([[":status", "100"]]);

/** Serves a stream by a handler of requests and responses. */
export function serveStream(
  handler: HttpHandler,
  stream: ServerStream,
  bodies: HeldBodies,
  requestId?: string,
): void {
  const exchange = new Http2Exchange(stream, bodies, requestId);
  stream.handler = exchange;
  if (expectsContinue(stream.headers.expect)) stream.sendHeaders(CONTINUE);
  exchange.answerBy(handler);
}

/** A request and its answer on a stream of HTTP/2. */
export class Http2Exchange implements HttpExchange, StreamHandler, UnfinishedBody {
  readonly httpVersion = "2.0";
  readonly requestId: string | undefined;
  readonly body: RequestBody;
  readonly #stream: ServerStream;
  readonly #bodies: HeldBodies;
  /** Bytes of the body that nobody has read yet. */
  #unread = 0;
  readonly #onClosed: (() => void)[] = [];
  #controller: AbortController | undefined;
  #closeCode: number | undefined;
  #isAnswered = false;
  #onRoom: (() => void) | undefined;

  constructor(stream: ServerStream, bodies: HeldBodies, requestId?: string) {
    this.requestId = requestId;
    this.#stream = stream;
    this.#bodies = bodies;
    this.body = new RequestBody((bytes) => {
      this.#note(-bytes);
      stream.consume(bytes);
    });
  }

  get method(): string {
    return this.headers[":method"] as string;
  }

  get path(): string {
    return this.headers[":path"] as string;
  }

  get headers(): HeaderFields {
    return this.#stream.headers;
  }

  get socket(): Socket {
    return this.#stream.connection.socket;
  }

  get url(): string {
    return streamUrl(this.#stream);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#closeCode !== undefined) this.#controller.abort(resetReason(this.#closeCode));
    }
    return this.#controller.signal;
  }

  get isRequestRead(): boolean {
    return this.#stream.requestEnded;
  }

  get isAnswerUnread(): boolean {
    return (this.#isAnswered || this.#onRoom !== undefined) && !this.#stream.closed;
  }

  interrupt(reason: unknown): void {
    this.body.fail(reason);
  }

  dropBody(): void {
    this.body.drop();
  }

  giveUp(error: ConnectError): void {
    this.noteSlow();
    this.body.fail(error);
  }

  noteSlow(): void {
    noteSlowCall(this.#stream.connection);
  }

  drop(): void {
    this.#stream.reset(ErrorCode.CANCEL);
  }

  whenClosed(callback: () => void): void {
    this.#onClosed.push(callback);
  }

  /** Has the request answered. */
  async answerBy(handler: HttpHandler): Promise<void> {
    let response: HttpResponse;
    try {
      response = await handler(this);
    } catch {
      response = { status: 500 };
    }
    try {
      await this.#write(response);
    } catch {
      // The answer's own body failed, or a field of it cannot be sent; or the stream is over.
      this.#stream.reset(ErrorCode.INTERNAL_ERROR);
    }
  }

  onData(chunk: Buffer): void {
    // The chunk is valid during this call only.
    this.body.push(Buffer.from(chunk));
    this.#note(chunk.byteLength);
  }

  onEnd(): void {
    this.body.end();
  }

  onDrain(): void {
    this.#onRoom?.();
  }

  onClose(code: number | undefined): void {
    this.#closeCode = code;
    this.#bodies.forget(this);
    if (code !== undefined) {
      this.#controller?.abort(resetReason(code));
      this.body.fail(resetReason(code) ?? new ConnectError("the client is gone", Code.Canceled));
    }
    this.#onRoom?.();
    for (const callback of this.#onClosed) callback();
  }

  #note(bytes: number): void {
    this.#unread += bytes;
    // What is dropped counts as well, until the window is used up.
    this.#bodies.note(this, this.socket, Math.max(this.#unread, this.body.memory));
  }

  async #write(response: HttpResponse): Promise<void> {
    const { body } = response;
    const stream = this.#stream;
    if (this.method === "HEAD" || body === undefined || body instanceof Uint8Array) {
      const bytes = body instanceof Uint8Array && this.method !== "HEAD" ? body : undefined;
      stream.respond(headOf(response), bytes, trailerOf(response));
      this.#isAnswered = true;
      return;
    }
    const pieces = body[Symbol.asyncIterator]();
    try {
      // The headers wait for the first piece: until then a handler may set some.
      let piece = await pieces.next();
      if (piece.done) {
        if (isTrailersOnly(response)) stream.respond(trailersOnlyOf(response));
        else stream.respond(headOf(response), undefined, trailerOf(response));
        this.#isAnswered = true;
        return;
      }
      stream.sendHeaders(headOf(response));
      for (; !piece.done; piece = await pieces.next()) {
        if (!stream.write(piece.value)) await this.#room();
      }
      stream.end(trailerOf(response));
      this.#isAnswered = true;
    } finally {
      pieces.return?.()?.catch(ignoreError);
    }
  }

  /** Waits until the client has taken what was written. Throws when the stream is over. */
  async #room(): Promise<void> {
    if (!this.#stream.closed) {
      await new Promise<void>((resolve) => {
        this.#onRoom = resolve;
      });
      this.#onRoom = undefined;
    }
    if (this.#stream.closed) throw new ConnectError("the stream is over", Code.Canceled);
  }
}

/** The URL of a request over HTTP/2 (RFC 9113, section 8.3.1). @throws TypeError where there is none */
export function streamUrl({ headers, connection }: ServerStream): string {
  const scheme = (connection.socket as Partial<TLSSocket>).encrypted ? "https" : "http";
  const authority = headers[":authority"] ?? headers.host;
  return new URL(headers[":path"] as string, `${scheme}://${authority}`).toString();
}
