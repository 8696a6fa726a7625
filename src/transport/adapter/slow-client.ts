import type { IncomingMessage } from "node:http";
import type { Http2Session } from "node:http2";

/** Calls of one session that may run out of time; a proxy brings those of many clients. */
const MAX_SLOW_CALLS = 10;
/** How long the rest of a body may take that nobody waits for any more, in milliseconds. */
const DRAIN_MS = 5_000;

const slowCalls = new WeakMap<Http2Session, number>();

/**
 * Notes that a client did not send its request, or did not take its answer, in time. One that does so again and again
 * is told to leave: GOAWAY, and its calls under way go on.
 *
 * @param session the client's, `undefined` when it has gone already
 */
export function noteSlowCall(session: Http2Session | undefined): void {
  if (session === undefined || session.destroyed) return;
  const count = (slowCalls.get(session) ?? 0) + 1;
  slowCalls.set(session, count);
  if (count > MAX_SLOW_CALLS) session.close();
}

/**
 * Reads and forgets what still comes of an answered HTTP/1.1 request. The client may be in the middle of sending, and
 * would lose the answer with its connection; but it must come to an end.
 */
export function drain(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), DRAIN_MS);
  const stop = () => clearTimeout(timer);
  request.once("end", stop);
  request.once("close", stop);
  request.resume();
}
