import type { OutgoingHttpHeaders } from "node:http";
import { Http2ServerResponse } from "node:http2";

/** Connect's and gRPC-Web's answers, which have nothing to tell in HTTP's trailers. */
const NO_TRAILERS = /^application\/(?:connect\+|grpc-web|json|proto)/i;
/** Headers of a gRPC answer that clients make no metadata of. */
const NO_METADATA = new Set(["content-type", "grpc-encoding", "grpc-accept-encoding"]);

/**
 * A response of HTTP/2's compatibility API that keeps together what it answers before the end of the request.
 *
 * Node sends the trailers of an answer, or the empty DATA frame that stands for none, one turn of the loop after the
 * rest. The client may act in between: connect-go, once it sees the headers, ends its request short of the
 * `content-length` it announced. That is malformed (RFC 9113, section 8.1.1), nghttp2 resets the stream with
 * PROTOCOL_ERROR, and the reset overtakes the end of the answer, which is the error to be told. So the headers of such
 * an answer wait for its first byte, or for its end; an answer without a byte becomes one frame with its trailers among
 * its headers, which is gRPC's Trailers-Only; and no trailers are waited for where there are none. A gRPC error with
 * metadata in its headers stays as Node has it, since Trailers-Only would make trailers of them; only a handler sets
 * such, and it runs before the end of the request only where the client streams, and announces no length.
 */
export class PromptResponse extends Http2ServerResponse {
  #held = false;
  readonly #trailers: OutgoingHttpHeaders = {};

  override addTrailers(trailers: OutgoingHttpHeaders): void {
    super.addTrailers(trailers);
    Object.assign(this.#trailers, trailers);
  }

  override writeHead(status: number, headers?: OutgoingHttpHeaders): this;
  override writeHead(status: number, message: string, headers?: OutgoingHttpHeaders): this;
  override writeHead(
    status: number,
    messageOrHeaders?: string | OutgoingHttpHeaders,
    lastHeaders?: OutgoingHttpHeaders,
  ): this {
    const { stream } = this;
    const headers = typeof messageOrHeaders === "object" ? messageOrHeaders : lastHeaders;
    const isLate = stream.closed || stream.headersSent || isWhole(stream);
    if (!this.#held && (isLate || headers === undefined || tellsMetadata(headers))) {
      return super.writeHead(status, headers);
    }
    this.statusCode = status;
    // Without headers it is Node's own `write`, `end` or `flushHeaders` that asks for what is held.
    this.#held = headers !== undefined;
    if (headers === undefined) this.#send();
    else this.#setHeaders(headers);
    return this;
  }

  #send(): void {
    const { stream } = this;
    if (this.writableEnded) this.#setHeaders(this.#trailers);
    else if (!stream.closed && NO_TRAILERS.test(String(this.getHeader("content-type")))) {
      stream.respond({ ...this.getHeaders(), ":status": this.statusCode });
      return;
    }
    super.writeHead(this.statusCode);
  }

  #setHeaders(headers: OutgoingHttpHeaders): void {
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value as string);
  }
}

/** Whether these are the headers of a gRPC answer, with metadata among them, whose trailers are to follow. */
function tellsMetadata(headers: OutgoingHttpHeaders): boolean {
  const isGrpc = /^application\/grpc(?!-web)/i.test(String(headers["content-type"]));
  if (!isGrpc || "grpc-status" in headers) return false;
  return !Object.keys(headers).every((name) => NO_METADATA.has(name));
}

/** Whether the whole request has come. */
function isWhole({ readableEnded, endAfterHeaders }: Http2ServerResponse["stream"]): boolean {
  return readableEnded || endAfterHeaders;
}
