/** Header blocks of answers over HTTP/2, from what Node and Connect keep headers in. */
import type { OutgoingHttpHeaders } from "node:http";
import { encodeHeaderBlock, type HeaderBlock, type OutgoingField } from "../../http2/index.js";

/** What HTTP/2 has no place for (RFC 9113, section 8.2.2). */
const CONNECTION_FIELDS = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The block that an answer begins with.
 *
 * @throws TypeError for a field that HTTP/2 cannot send
 */
export function headBlock(status: number, headers: OutgoingHttpHeaders): HeaderBlock {
  return encodeHeaderBlock([[":status", String(status)], ...fieldsOf(headers)]);
}

/** The block of an answer's trailers. @throws as `headBlock` */
export function trailerBlock(trailers: OutgoingHttpHeaders): HeaderBlock {
  return encodeHeaderBlock(fieldsOf(trailers));
}

function* fieldsOf(headers: OutgoingHttpHeaders): Iterable<OutgoingField> {
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    if (CONNECTION_FIELDS.has(name) || name.startsWith(":")) {
      throw new TypeError(`header ${JSON.stringify(name)} has no place in HTTP/2`);
    }
    if (Array.isArray(value)) for (const one of value) yield [name, one];
    else yield [name, String(value)];
  }
}

let dateSecond = -1;
let dateText = "";

/** The time as `date` tells it (RFC 9110, section 5.6.7). */
export function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
