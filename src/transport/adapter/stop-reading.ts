import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";

/** How often to look whether a congested connection has taken the end of an answer. */
const RECHECK_MS = 50;

/**
 * Tells the client of an answered call to stop sending what it has not sent yet.
 *
 * RST_STREAM with NO_ERROR after the end of the response is HTTP/2's way to say so (RFC 9113, section 8.1). Without it
 * the stream would stay half open, and count against the connection's limit, for as long as the client likes.
 *
 * @param stream a stream whose answer has been handed over to be written
 */
export function stopReading(stream: ServerHttp2Stream): void {
  if (stream.readableEnded || stream.endAfterHeaders) return;
  // A reset overtakes frames still in nghttp2's queue, and Node drops trailers once it is asked for: wait until the
  // end of the answer has left the queue. `finish` comes before that, by one turn of the loop or a stuffed socket.
  const resetWhenSent = () => {
    if (stream.closed || stream.destroyed) return;
    if (stream.state.localClose === 1) {
      stream.close(constants.NGHTTP2_NO_ERROR);
    } else {
      setTimeout(resetWhenSent, RECHECK_MS);
    }
  };
  if (stream.writableFinished) {
    setImmediate(resetWhenSent);
  } else {
    stream.once("finish", () => setImmediate(resetWhenSent));
  }
}
