import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { Socket } from "node:net";
import type { ConnectError } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { abortStream } from "./abort-stream.js";
import { http2Url } from "./http2-url.js";
import { copyToNodeHeaders } from "./node-headers.js";
import { noteSlowCall } from "./slow-client.js";
import { stopReading } from "./stop-reading.js";
import type { AnsweredCall, Wire } from "./wire.js";

const OK_TRAILERS = { "grpc-status": "0" };
/**
 * Without the date that Node would add, which gRPC has no use for: 5 % of an echo. What knows of `sendDate` is Node's
 * compatibility API alone; a version of Node that did not would add the date again, and nothing worse.
 */
const ANSWER = { waitForTrailers: true, sendDate: false };
const TRAILERS_ONLY = { endStream: true, sendDate: false };
/** One byte of flags, four bytes of length. */
const ENVELOPE_HEAD = 5;

/** gRPC over HTTP/2. */
export class GrpcHttp2Wire implements Wire {
  readonly reserve = ENVELOPE_HEAD;
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

  respond(call: AnsweredCall, envelope: Uint8Array): void {
    const length = envelope.byteLength - ENVELOPE_HEAD;
    envelope[0] = 0;
    envelope[1] = length >>> 24;
    envelope[2] = length >>> 16;
    envelope[3] = length >>> 8;
    envelope[4] = length;
    if (call.hasResponseHeader || call.hasResponseTrailer) {
      this.#writeHead(call, nodeTrailers(call.responseTrailer));
    } else {
      this.#stream.respond(call.format.head, ANSWER);
      this.#stream.on("wantTrailers", sendOk);
    }
    this.#stream.end(envelope);
  }

  refuse(call: AnsweredCall, error: ConnectError): void {
    const trailers = nodeTrailers(setTrailerStatus(call.responseTrailer, error));
    if (call.hasResponseHeader) {
      this.#writeHead(call, trailers);
      this.#stream.end();
    } else {
      // gRPC's Trailers-Only: with nothing but a status to tell, one HEADERS frame is the whole answer.
      this.#stream.respond({ ...call.format.head, ...trailers }, TRAILERS_ONLY);
    }
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

  #writeHead(call: AnsweredCall, trailers: OutgoingHttpHeaders): void {
    const stream = this.#stream;
    stream.respond(call.nodeResponseHeaders({ ...call.format.head }), ANSWER);
    stream.on("wantTrailers", () => sendTrailers(stream, trailers));
  }
}

function sendOk(this: ServerHttp2Stream): void {
  sendTrailers(this, OK_TRAILERS);
}

function sendTrailers(stream: ServerHttp2Stream, trailers: OutgoingHttpHeaders): void {
  try {
    stream.sendTrailers(trailers);
  } catch {
    // A trailer HTTP/2 forbids, or a stream that is gone: the data is out, so a reset is all that is left to say.
    abortStream(stream);
  }
}

function nodeTrailers(trailer: Headers): OutgoingHttpHeaders {
  const trailers: OutgoingHttpHeaders = {};
  copyToNodeHeaders(trailer, trailers);
  return trailers;
}
