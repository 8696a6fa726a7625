import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";

/**
 * Tells the client of an answered call to stop sending what it has not sent yet.
 *
 * RST_STREAM with NO_ERROR after the end of the response is HTTP/2's way to say so (RFC 9113, section 8.1). Without it
 * the stream would stay half open, and count against the connection's limit, for as long as the client likes.
 */
export function stopReading(stream: ServerHttp2Stream): void {
  if (stream.readableEnded || stream.endAfterHeaders) return;
  stream.close(constants.NGHTTP2_NO_ERROR);
}
