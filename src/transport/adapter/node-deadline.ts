import type { ConnectError } from "@connectrpc/connect";
import { LONGEST_TIMER_MS, readTimeout, startTimer } from "./deadline.js";
import type { NodeRequest } from "./options.js";
import type { Route } from "./routes.js";

/** A call's deadline: the timer to clear, or a fault in its header that Connect must not see. */
export interface Deadline {
  readonly timer?: NodeJS.Timeout | undefined;
  readonly fault?: ConnectError | undefined;
}

/**
 * Starts the deadline of a call that goes the long way.
 *
 * One by default is written into the headers, where Connect will find it. One that no timer can hold is shortened
 * there: Connect would start a timer all the same, which fires at once, and Node warns of every one. It does so even
 * for one beyond `maxTimeoutMs`, which is why that fault is told here.
 */
export function startDeadline(
  route: Route,
  request: NodeRequest,
  defaultTimeoutMs: number | undefined,
  onTimeUp: () => void,
): Deadline {
  const { headers } = request;
  const isGrpc = headers["content-type"]?.toLowerCase().startsWith("application/grpc") ?? false;
  const name = isGrpc ? "grpc-timeout" : "connect-timeout-ms";
  const ownDefault = route.unary === undefined ? undefined : defaultTimeoutMs;
  const timeout = readTimeout(headers, isGrpc, route.options.maxTimeoutMs, ownDefault);
  const { timeoutMs = 0, error } = timeout;
  const isLong = timeoutMs > LONGEST_TIMER_MS;
  if (error !== undefined) return isLong ? { fault: error } : {};
  if (timeout.timeoutMs === undefined) return {};
  if (isLong || headers[name] === undefined) {
    const told = isLong ? LONGEST_TIMER_MS : timeoutMs;
    headers[name] = isGrpc ? grpcTimeout(told) : `${told}`;
  }
  return { timer: startTimer(timeoutMs, onTimeUp) };
}

/** Eight digits at most are for a number. */
function grpcTimeout(timeoutMs: number): string {
  return timeoutMs < 100_000_000 ? `${timeoutMs}m` : `${Math.floor(timeoutMs / 1000)}S`;
}
