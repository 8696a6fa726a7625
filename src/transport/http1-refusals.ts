/** What HTTP/1.1 requests are refused with that Node's parser would not take, or that ask for what is not served. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { HEADERS_TOO_LARGE, TOO_LARGE_STATUS } from "./headers-too-large.js";

/** The end of a connection for what its client has sent. */
export interface Refusal {
  /** The status; 408, which gets no answer, for a request that does not come in time. */
  readonly status: number;
  /** What is written before the end. */
  readonly answer: string;
}

const BAD_REQUEST: Refusal = {
  status: 400,
  answer: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
};
/** Which protocol was meant is not known, since its header was not read. */
const TOO_LARGE: Refusal = {
  status: TOO_LARGE_STATUS,
  answer: [
    "HTTP/1.1 429 Too Many Requests",
    "Connection: close",
    "Content-Type: application/json",
    `Content-Length: ${HEADERS_TOO_LARGE.length}`,
    "",
    HEADERS_TOO_LARGE,
  ].join("\r\n"),
};
/** Some clients open a connection before they need it: an answer that nobody asked for would confuse them. */
const TOO_LATE: Refusal = { status: 408, answer: "" };

/** An end without a word. */
export const NOTHING: Refusal = { status: 0, answer: "" };

/** To CONNECT, as over HTTP/2: there is no tunnel. Node by itself would close the connection in silence. */
export const NO_TUNNELS: Refusal = {
  status: 501,
  answer: "HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
};

/** How a request is refused that Node's parser would not take. @param error of the event `clientError` */
export function refusalOf({ code }: NodeJS.ErrnoException): Refusal {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return TOO_LATE;
  return code === "HPE_HEADER_OVERFLOW" ? TOO_LARGE : BAD_REQUEST;
}

/**
 * Answers an `Expect` other than 100-continue (RFC 9110, section 10.1.1). Node would do the same, past the bounds of
 * the connection, and would answer a second time where the rest of the request is malformed.
 */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("connection", "close");
  response.writeHead(417).end();
}
