import type { IncomingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { NodeHandler } from "./options.js";

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
  const response = new Http2ServerResponse(stream);
  if (headers[":method"] === "CONNECT") {
    response.statusCode = 405;
    response.end();
    return;
  }
  if (headers.expect !== undefined) {
    if (!/^100-continue$/i.test(headers.expect)) {
      response.statusCode = 417;
      response.end();
      return;
    }
    response.writeContinue();
  }
  handler(request, response);
}
