import type { IncomingHttpHeaders } from "node:http";
import { LONGEST_TIMER_MS, readTimeout } from "./deadline.js";
import type { Route } from "./routes.js";

/** The deadline of a call on the long way. */
export interface LongDeadline {
  /** Milliseconds from the headers on; `undefined` for none. */
  readonly timeoutMs?: number | undefined;
  /** The header that tells Connect of it, where the client's own does not. */
  readonly header?: readonly [name: string, value: string] | undefined;
}

/**
 * Reads the deadline of a call that goes the long way.
 *
 * One by default, and one that was capped, is written into the headers that Connect sees. So is one that no timer can
 * hold: Connect would start a timer all the same, which fires at once. A header that is no deadline is left for Connect
 * to refuse. A stream lives as long as its client asks.
 */
export function longDeadline(
  route: Route,
  headers: IncomingHttpHeaders,
  defaultTimeoutMs: number | undefined,
): LongDeadline {
  const isGrpc = headers["content-type"]?.toLowerCase().startsWith("application/grpc") ?? false;
  const isUnary = route.method.methodKind === "unary";
  const maxTimeoutMs = isUnary ? route.maxTimeoutMs : Number.POSITIVE_INFINITY;
  const ownDefault = isUnary ? defaultTimeoutMs : undefined;
  const { timeoutMs, isAsked, error } = readTimeout(headers, isGrpc, maxTimeoutMs, ownDefault);
  if (error !== undefined || timeoutMs === undefined) return {};
  if (isAsked && timeoutMs <= LONGEST_TIMER_MS) return { timeoutMs };
  const told = Math.min(timeoutMs, LONGEST_TIMER_MS);
  const header = isGrpc ? ["grpc-timeout", grpcTimeout(told)] : ["connect-timeout-ms", `${told}`];
  return { timeoutMs, header: header as [string, string] };
}

/** Eight digits at most are for a number. */
function grpcTimeout(timeoutMs: number): string {
  return timeoutMs < 100_000_000 ? `${timeoutMs}m` : `${Math.floor(timeoutMs / 1000)}S`;
}
