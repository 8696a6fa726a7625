import type { IncomingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";

/** The URL of a request over HTTP/2 (RFC 9113, section 8.3.1). */
export function http2Url(
  stream: ServerHttp2Stream,
  path: string,
  headers: IncomingHttpHeaders,
): string {
  const scheme = stream.session?.encrypted ? "https" : "http";
  return new URL(path, `${scheme}://${headers[":authority"] ?? headers.host}`).toString();
}
