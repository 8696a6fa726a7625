import type { OutgoingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { ConnectError } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { copyToNodeHeaders } from "./node-headers.js";
import { noteSlowCall } from "./slow-client.js";
import { stopReading } from "./stop-reading.js";
import type { UnaryCall } from "./unary-call.js";
import type { Wire } from "./wire.js";

const okTrailers = { "grpc-status": "0" };

/** gRPC over HTTP/2. */
export class GrpcHttp2Wire implements Wire {
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
  }

  respond(call: UnaryCall, message: Uint8Array): void {
    const length = message.byteLength;
    const envelope = Buffer.allocUnsafe(5 + length);
    envelope[0] = 0;
    envelope.writeUInt32BE(length, 1);
    envelope.set(message, 5);
    const trailers = call.hasResponseTrailer ? nodeTrailers(call.responseTrailer) : okTrailers;
    this.#writeHead(call, trailers);
    this.#stream.end(envelope);
  }

  refuse(call: UnaryCall, error: ConnectError): void {
    const trailers = nodeTrailers(setTrailerStatus(call.responseTrailer, error));
    if (call.hasResponseHeader) {
      this.#writeHead(call, trailers);
      this.#stream.end();
    } else {
      // gRPC's Trailers-Only: with nothing but a status to tell, one HEADERS frame is the whole answer.
      const head = { ":status": 200, "content-type": call.responseType, ...trailers };
      this.#stream.respond(head, { endStream: true });
    }
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

  #writeHead(call: UnaryCall, trailers: OutgoingHttpHeaders): void {
    const stream = this.#stream;
    stream.respond(
      call.nodeResponseHeaders({ ":status": 200, "content-type": call.responseType }),
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => {
      try {
        stream.sendTrailers(trailers);
      } catch {
        // A trailer HTTP/2 forbids, or a stream that is gone: the data is out, so a reset is all that is left to say.
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      }
    });
  }
}

function nodeTrailers(trailer: Headers): OutgoingHttpHeaders {
  const trailers: OutgoingHttpHeaders = {};
  copyToNodeHeaders(trailer, trailers);
  return trailers;
}
