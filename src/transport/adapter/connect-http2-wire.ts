import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { ConnectError } from "@connectrpc/connect";
import type { ConnectResponse } from "./connect-response.js";
import { connectErrorResponse, connectResponse } from "./connect-response.js";
import { noteSlowCall } from "./slow-client.js";
import { stopReading } from "./stop-reading.js";
import type { UnaryCall } from "./unary-call.js";
import type { Wire } from "./wire.js";

/** Connect's unary protocol over HTTP/2. */
export class ConnectHttp2Wire implements Wire {
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
  }

  respond(call: UnaryCall, message: Uint8Array): void {
    this.#write(connectResponse(call, message));
  }

  refuse(call: UnaryCall, error: ConnectError): void {
    this.#write(connectErrorResponse(call, error));
    stopReading(this.#stream);
  }

  abort(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  noteSlow(): void {
    noteSlowCall(this.#stream.session);
  }

  dropAnswer(): void {
    this.noteSlow();
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #write({ status, headers, body }: ConnectResponse): void {
    headers[":status"] = status;
    this.#stream.respond(headers);
    this.#stream.end(body);
  }
}
