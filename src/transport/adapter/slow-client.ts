/** What is done about clients that take their time. */
import type { IncomingMessage } from "node:http";
import type { Http2Connection } from "../../http2/index.js";
import { whenLate } from "../late.js";

/** Calls of one connection that may run out of time; a proxy brings those of many clients. */
const MAX_SLOW_CALLS = 10;
/** How long the rest of a body may take that nobody waits for any more, in milliseconds. */
const DRAIN_MS = 5_000;

const slowCalls = new WeakMap<Http2Connection, number>();

/**
 * Notes that a client did not send its request, or did not take its answer, in time. One that does so again and again
 * is told to leave: GOAWAY, and its calls under way go on.
 */
export function noteSlowCall(connection: Http2Connection): void {
  const count = (slowCalls.get(connection) ?? 0) + 1;
  slowCalls.set(connection, count);
  if (count > MAX_SLOW_CALLS) connection.goAway();
}

/**
 * Reads and drops what still comes of an answered HTTP/1.1 request. The client may be in the middle of sending, and
 * would lose the answer with its connection; but it must come to an end.
 */
export function drain(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return;
  const stop = whenLate(DRAIN_MS, () => request.destroy());
  request.once("end", stop);
  request.once("close", stop);
  request.resume();
}
