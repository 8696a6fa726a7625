/**
 * Holds HTTP/2 clients to the header list size that the settings announce. Node holds only those
 * that have acknowledged the settings, and a client may never do so.
 */
import { constants } from "node:http2";
import type { StreamListener } from "./stream-listener.js";

/** What the size of a list counts for each of its fields, beyond its text (RFC 9113, section 6.5.2). */
const FIELD_OVERHEAD = 32;

/**
 * A listener for streams whose header list is at most `maxBytes`. Others are reset with
 * ENHANCE_YOUR_CALM, as Node does for far larger ones: RESOURCE_EXHAUSTED to gRPC and Connect.
 */
export function boundHeaderList(maxBytes: number, onStream: StreamListener): StreamListener {
  return (stream, headers, flags, rawHeaders) => {
    if (listSize(rawHeaders) <= maxBytes) {
      onStream(stream, headers, flags, rawHeaders);
      return;
    }
    stream.on("error", () => {});
    // In the middle of a read it would not be safe.
    setImmediate(() => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM));
  };
}

/** Names and values alternate. */
function listSize(rawHeaders: readonly string[]): number {
  let size = (rawHeaders.length / 2) * FIELD_OVERHEAD;
  for (const text of rawHeaders) size += text.length;
  return size;
}
