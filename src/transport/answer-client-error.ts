/** Answers what Node's HTTP/1.1 parser would not take. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const BAD_REQUEST = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/**
 * Headers beyond the limit. Which protocol was meant is not known, since its header was not read:
 * Connect's clients read the body, those of gRPC-Web the status (429, and not 431, which would be
 * UNKNOWN to them).
 */
const TOO_LARGE = '{"code":"resource_exhausted","message":"header list too large"}';
const HEADERS_TOO_LARGE = [
  "HTTP/1.1 429 Too Many Requests",
  "Connection: close",
  "Content-Type: application/json",
  `Content-Length: ${TOO_LARGE.length}`,
  "",
  TOO_LARGE,
].join("\r\n");

/**
 * Answers, and does not wait for a peer that never closes.
 *
 * @returns the status that was answered; 408 for a request that did not come in time, which gets no answer; undefined
 *   where nothing was refused
 * @param isAnswered whether the request at fault has its answer already; then the connection only ends, as it does
 *   when a request does not come in time
 */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  isAnswered: boolean,
): number | undefined {
  if (!socket.writable) {
    socket.destroy();
    return undefined;
  }
  // Some clients open a connection before they need it: an answer that nobody asked for would confuse them.
  if (isAnswered || error.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    socket.end(() => socket.destroy());
    return isAnswered ? undefined : 408;
  }
  const isTooLarge = error.code === "HPE_HEADER_OVERFLOW";
  socket.end(isTooLarge ? HEADERS_TOO_LARGE : BAD_REQUEST, () => socket.destroy());
  return isTooLarge ? 429 : 400;
}

/**
 * Answers an `Expect` other than 100-continue (RFC 9110, section 10.1.1). Node would do the same, past the bounds of
 * the connection, and would answer a second time where the rest of the request is malformed.
 */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("connection", "close");
  response.writeHead(417).end();
}
