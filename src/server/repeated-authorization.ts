/**
 * Two `authorization` headers are refused, as in the guards. Node keeps the first of them, a proxy
 * or another server the last: who reads which would decide who the caller is.
 */
import type { IncomingHttpHeaders } from "node:http";

const NAME = "authorization";
const repeated = new WeakSet<IncomingHttpHeaders>();

/** Looks at the headers as they came, names and values in turn, and notes those that repeat it. */
export function noteRepeated(headers: IncomingHttpHeaders, rawHeaders: readonly string[]): void {
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === NAME.length && name.toLowerCase() === NAME) found++;
  }
  if (found > 1) repeated.add(headers);
}

/** Whether a request has several credentials: in several headers, or in one that a proxy has joined. */
export function isRepeated(headers: IncomingHttpHeaders): boolean {
  return headers.authorization?.includes(",") || repeated.has(headers);
}
