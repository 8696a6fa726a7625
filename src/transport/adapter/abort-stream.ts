import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";

/**
 * Resets a stream with INTERNAL_ERROR, a turn of the event loop later.
 *
 * Handlers run between the frames of one read, where a reset makes Node send what is queued; should that close the
 * stream of the frame at hand, nghttp2 reads on in memory it has freed (nodejs/node#64113, open in Node 20).
 */
export function abortStream(stream: ServerHttp2Stream): void {
  setImmediate(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
}
