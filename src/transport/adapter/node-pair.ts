import type { IncomingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import { Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { ignoreError } from "./errors.js";
import type { NodeHandler } from "./options.js";
import { PromptResponse } from "./prompt-response.js";
import { stopReading } from "./stop-reading.js";

/**
 * Hands a bare HTTP/2 stream to a handler of requests and responses, as `http2` itself does for a server with a
 * `request` listener: by wrapping it, and answering CONNECT and `Expect` on the way.
 */
export function serveAsNodeRequest(
  handler: NodeHandler,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
): void {
  const request = new Http2ServerRequest(stream, headers, {}, rawHeaders);
  const response = new PromptResponse(stream);
  if (headers[":method"] === "CONNECT") {
    refuse(response, 405);
    return;
  }
  if (headers.expect !== undefined) {
    if (!/^100-continue$/i.test(headers.expect)) {
      refuse(response, 417);
      return;
    }
    // It throws on a stream that is gone.
    if (!stream.closed && !stream.destroyed) response.writeContinue();
  }
  handler(request, response);
}

function refuse(response: Http2ServerResponse, status: number): void {
  response.stream.on("error", ignoreError);
  response.statusCode = status;
  response.end();
  stopReading(response.stream);
}
