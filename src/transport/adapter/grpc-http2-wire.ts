import type { OutgoingHttpHeaders } from "node:http";
import type { ConnectError } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { headBlock, trailerBlock } from "./answer-blocks.js";
import { Http2Wire } from "./http2-wire.js";
import { copyToNodeHeaders } from "./node-headers.js";
import { blockWithId, firstHeaders } from "./request-id.js";
import type { AnsweredCall, Wire } from "./wire.js";

const OK_TRAILERS = trailerBlock({ "grpc-status": "0" });
/** One byte of flags, four bytes of length. */
const ENVELOPE_HEAD = 5;

/** gRPC over HTTP/2. Answers carry no `date`, which gRPC has no use for. */
export class GrpcHttp2Wire extends Http2Wire implements Wire {
  readonly reserve = ENVELOPE_HEAD;

  respond(call: AnsweredCall, envelope: Uint8Array): void {
    fillHead(envelope);
    if (call.hasResponseHeader || call.hasResponseTrailer) {
      const head = headBlock(200, call.nodeResponseHeaders(firstHeaders(call)));
      this.stream.respond(head, envelope, trailerBlock(nodeTrailers(call.responseTrailer)));
    } else {
      const head = blockWithId(call.format.block, call.requestId);
      this.stream.respond(head, envelope, OK_TRAILERS);
    }
  }

  refuse(call: AnsweredCall, error: ConnectError): void {
    const trailers = nodeTrailers(setTrailerStatus(call.responseTrailer, error));
    if (call.hasResponseHeader) {
      const head = headBlock(200, call.nodeResponseHeaders(firstHeaders(call)));
      this.stream.respond(head, undefined, trailerBlock(trailers));
    } else {
      // gRPC's Trailers-Only: with nothing but a status to tell, one HEADERS frame is the whole answer.
      this.stream.respond(headBlock(200, { ...firstHeaders(call), ...trailers }));
    }
  }
}

/** A server stream of gRPC over HTTP/2. */
export class GrpcStreamWire extends GrpcHttp2Wire {
  #hasBegun = false;

  /**
   * Sends a message, the first one behind the call's headers.
   *
   * @param envelope the message behind `reserve` bytes, which are overwritten
   * @returns false when there is no room for another until the stream drains
   * @throws as `respond`
   */
  send(call: AnsweredCall, envelope: Uint8Array): boolean {
    this.#begin(call);
    fillHead(envelope);
    return this.stream.write(envelope);
  }

  /** Ends the stream with status 0. @throws as `respond` */
  complete(call: AnsweredCall): void {
    this.#begin(call);
    const { hasResponseTrailer } = call;
    this.stream.end(
      hasResponseTrailer ? trailerBlock(nodeTrailers(call.responseTrailer)) : OK_TRAILERS,
    );
  }

  override refuse(call: AnsweredCall, error: ConnectError): void {
    if (!this.#hasBegun) super.refuse(call, error);
    else {
      const trailers = nodeTrailers(setTrailerStatus(call.responseTrailer, error));
      this.stream.end(trailerBlock(trailers));
    }
  }

  #begin(call: AnsweredCall): void {
    if (this.#hasBegun) return;
    this.stream.sendHeaders(
      call.hasResponseHeader
        ? headBlock(200, call.nodeResponseHeaders(firstHeaders(call)))
        : blockWithId(call.format.block, call.requestId),
    );
    this.#hasBegun = true;
  }
}

/** Writes the head of an uncompressed message (gRPC over HTTP/2, "Length-Prefixed-Message"). */
function fillHead(envelope: Uint8Array): void {
  const length = envelope.byteLength - ENVELOPE_HEAD;
  envelope[0] = 0;
  envelope[1] = length >>> 24;
  envelope[2] = length >>> 16;
  envelope[3] = length >>> 8;
  envelope[4] = length;
}

function nodeTrailers(trailer: Headers): OutgoingHttpHeaders {
  const trailers: OutgoingHttpHeaders = {};
  copyToNodeHeaders(trailer, trailers);
  return trailers;
}
