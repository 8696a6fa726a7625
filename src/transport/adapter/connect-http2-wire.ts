import type { IncomingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { Socket } from "node:net";
import type { ConnectError } from "@connectrpc/connect";
import { abortStream } from "./abort-stream.js";
import type { ConnectResponse } from "./connect-response.js";
import { connectErrorResponse, connectResponse } from "./connect-response.js";
import { http2Url } from "./http2-url.js";
import { noteSlowCall } from "./slow-client.js";
import { stopReading } from "./stop-reading.js";
import type { AnsweredCall, Wire } from "./wire.js";

/** Connect's unary protocol over HTTP/2. */
export class ConnectHttp2Wire implements Wire {
  readonly reserve = 0;
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
  }

  get socket(): Socket | undefined {
    return this.#stream.session?.socket;
  }

  url(path: string, headers: IncomingHttpHeaders): string {
    return http2Url(this.#stream, path, headers);
  }

  respond(call: AnsweredCall, message: Uint8Array): void {
    const stream = this.#stream;
    this.#writeHead(connectResponse(call, message));
    // Ended only once it is written: a stream that its own last frame closes before the write is called back makes Node
    // build an error with a stack for nobody, which takes a tenth of a call.
    stream.write(message, () => stream.end());
  }

  refuse(call: AnsweredCall, error: ConnectError): void {
    const response = connectErrorResponse(call, error);
    this.#writeHead(response);
    // At once, for the request may not be at its end yet; see PromptResponse.
    this.#stream.end(response.body);
    stopReading(this.#stream);
  }

  abort(): void {
    abortStream(this.#stream);
  }

  noteSlow(): void {
    noteSlowCall(this.#stream.session);
  }

  dropAnswer(): void {
    this.noteSlow();
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #writeHead({ status, headers }: ConnectResponse): void {
    headers[":status"] = status;
    this.#stream.respond(headers);
  }
}
