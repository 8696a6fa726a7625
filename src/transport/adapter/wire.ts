import type { ConnectError } from "@connectrpc/connect";
import type { UnaryCall } from "./unary-call.js";

/** How an answer is written: one implementation for each protocol and version of HTTP. */
export interface Wire {
  /**
   * Writes the response message with the call's headers and trailers.
   *
   * @throws when a header cannot be sent over this version of HTTP; nothing has been written then
   */
  respond(call: UnaryCall, message: Uint8Array): void;
  /**
   * Writes an error, whether or not the request has been read to its end.
   *
   * @throws as `respond` does
   */
  refuse(call: UnaryCall, error: ConnectError): void;
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
