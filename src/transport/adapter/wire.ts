import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { ConnectError } from "@connectrpc/connect";
import type { HeaderBlock } from "../../http2/index.js";
import type { ShortRoute } from "./short-route.js";

/** The format that a call speaks. */
export interface Format {
  readonly protocolName: "grpc" | "connect";
  /** Binary or JSON. */
  readonly binary: boolean;
  /** The response's `content-type`. */
  readonly responseType: string;
  /** What the headers of an answer begin with. */
  readonly head: Readonly<OutgoingHttpHeaders>;
  /** The same as a block with status 200, for answers over HTTP/2 that have no further headers. */
  readonly block: HeaderBlock;
}

/** What a wire needs of the call that it answers. */
export interface AnsweredCall {
  readonly route: ShortRoute;
  readonly format: Format;
  /** The id that the answer carries; undefined for none. */
  readonly requestId: string | undefined;
  readonly responseHeader: Headers;
  readonly responseTrailer: Headers;
  /** Whether a handler or interceptor has asked for the response headers, and so may have set some. */
  readonly hasResponseHeader: boolean;
  /** The same of the response trailers. */
  readonly hasResponseTrailer: boolean;
  /** The response headers for Node's writers, over `fixed`. */
  nodeResponseHeaders(fixed: OutgoingHttpHeaders): OutgoingHttpHeaders;
}

/** What takes a request's body. */
export interface BodySink {
  /** Takes a chunk, which is valid during the call; where it `isLast`, also during the `onEnd` that follows at once. */
  onData(chunk: Buffer, isLast: boolean): void;
  /** The body is complete. */
  onEnd(): void;
}

/** How an answer is written: one implementation for each protocol and version of HTTP. */
export interface Wire {
  /** The connection, `undefined` once it is gone. */
  readonly socket: Socket | undefined;
  /** The URL that the server received. */
  url(path: string, headers: IncomingHttpHeaders): string;
  /** How many bytes `respond` needs before the message, for framing. */
  readonly reserve: number;
  /**
   * Writes the response message with the call's headers and trailers.
   *
   * @param message the message behind `reserve` bytes, which are overwritten
   * @throws when a header cannot be sent over this version of HTTP; nothing has been written then
   */
  respond(call: AnsweredCall, message: Uint8Array): void;
  /**
   * Writes an error, whether or not the request has been read to its end.
   *
   * @throws as `respond` does
   */
  refuse(call: AnsweredCall, error: ConnectError): void;
  /** Lets the body come, now that the call may go on. Over HTTP/2 its frames come regardless, within the window. */
  startReading(sink: BodySink): void;
  /** The bytes of a chunk are no longer held: the client may send as many more. */
  consumed(bytes: number): void;
  /** Gives up without an answer. */
  abort(): void;
  /**
   * Notes that the client did not send its request in time. Over HTTP/1.1 that ends the connection after the answer,
   * over HTTP/2 after some such calls.
   */
  noteSlow(): void;
  /** Takes back what the client has not taken in time of an answer, and notes that it was slow. */
  dropAnswer(): void;
}
