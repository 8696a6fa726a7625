/**
 * Ends HTTP/2 sessions and streams so that Node survives it.
 *
 * Node runs events and ticks between the frames of one read, while nghttp2 still holds the stream of the frame at hand.
 * To reset any stream then makes Node send all that is queued; where that is a GOAWAY older than the stream, or a reset
 * of the stream, nghttp2 frees it and reads on: a use after free (nodejs/node#64113), which Node 20 will not see mended.
 * Node itself resets so whatever is asked after `session.close()`, which it calls when a client sends GOAWAY. Hence:
 *
 * - a session closes in two steps, neither of which frees a stream that has been let in;
 * - whoever resets a stream, or destroys a session, does so outside of a read: in `setImmediate`, or from a timer.
 */
import { constants, type ServerHttp2Session } from "node:http2";

/** The highest there is: a GOAWAY that names it refuses no stream (RFC 9113, section 6.8). */
const LAST_STREAM_ID = 2 ** 31 - 1;
/** How often to look whether a client has taken the first GOAWAY off the queue, in milliseconds. */
const RECHECK_MS = 50;

const leaving = new WeakSet<ServerHttp2Session>();

/**
 * Makes `session.close()` safe, for our own calls as well as for Node's. It first sends a GOAWAY that refuses nothing,
 * after which nghttp2 lets no further stream in; once that has gone out it closes as Node does, by a GOAWAY that names
 * the last stream let in, so that the client knows which of its calls to send again elsewhere. The two go out a turn of
 * the event loop apart: what is asked in between is neither answered nor refused before the second.
 */
export function installSafeClose(session: ServerHttp2Session): void {
  const close = session.close.bind(session);
  const closeWhenSent = () => {
    if (session.destroyed) return;
    if (session.state.outboundQueueSize === 0) close();
    else setTimeout(closeWhenSent, RECHECK_MS);
  };
  session.close = (callback) => {
    if (callback !== undefined) session.once("close", callback);
    if (session.destroyed || leaving.has(session)) return;
    leaving.add(session);
    session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM_ID);
    setImmediate(closeWhenSent);
  };
}

/** Whether the session has been told to close, even if the client has not taken the news yet. */
export function isLeaving(session: ServerHttp2Session): boolean {
  return leaving.has(session);
}
