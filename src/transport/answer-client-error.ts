/** Answers what Node's HTTP/1.1 parser would not take. */
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

/** Answers, and does not wait for a peer that never closes. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const answer = error.code === "HPE_HEADER_OVERFLOW" ? HEADERS_TOO_LARGE : BAD_REQUEST;
  socket.end(answer, () => socket.destroy());
}
