import type { IncomingHttpHeaders } from "node:http";
import { Code, ConnectError } from "@connectrpc/connect";
import { parseTimeout as parseConnectTimeout } from "@connectrpc/connect/protocol-connect";
import { parseTimeout as parseGrpcTimeout } from "@connectrpc/connect/protocol-grpc";

/** How long a client that does not read may take to see why its stream ends early, in milliseconds. */
export const LAST_READ_MS = 1_000;

/** The longest delay `setTimeout` can keep; a longer one would fire at once. About 24.8 days. */
export const LONGEST_TIMER_MS = 0x7fffffff;

/** How long a call may take, or why that cannot be told. */
export interface Timeout {
  /** Milliseconds from the headers on; `undefined` for no limit. */
  readonly timeoutMs?: number | undefined;
  /** Whether it is what the client asked for; false for a default, and for one that was capped. */
  readonly isAsked?: boolean;
  /** What is wrong with the header, to be answered to the client. */
  readonly error?: ConnectError | undefined;
}

/**
 * Reads the deadline a client names, or falls back to the default.
 *
 * @param headers the request's header fields
 * @param grpc whether the call speaks gRPC or gRPC-Web, which have their own header and syntax
 * @param maxTimeoutMs the longest deadline; a client that asks for more gets this one
 * @param defaultTimeoutMs for a client that names none; capped at `maxTimeoutMs`
 */
export function readTimeout(
  headers: IncomingHttpHeaders,
  grpc: boolean,
  maxTimeoutMs: number,
  defaultTimeoutMs: number | undefined,
): Timeout {
  const value = headers[grpc ? "grpc-timeout" : "connect-timeout-ms"];
  if (value === undefined) {
    return defaultTimeoutMs === undefined
      ? {}
      : { timeoutMs: Math.min(defaultTimeoutMs, maxTimeoutMs), isAsked: false };
  }
  const parse = grpc ? parseGrpcTimeout : parseConnectTimeout;
  const { timeoutMs, error } = parse(String(value), Number.POSITIVE_INFINITY);
  if (error !== undefined || timeoutMs === undefined) return { error };
  return { timeoutMs: Math.min(timeoutMs, maxTimeoutMs), isAsked: timeoutMs <= maxTimeoutMs };
}

/**
 * Calls back when the time is up, not before the current call stack has returned.
 *
 * @param timeoutMs milliseconds; beyond what a timer can keep there is nothing to wait for
 * @returns the timer to clear, if one is running
 */
export function startTimer(timeoutMs: number, onTimeUp: () => void): NodeJS.Timeout | undefined {
  return timeoutMs > LONGEST_TIMER_MS ? undefined : setTimeout(onTimeUp, timeoutMs);
}

/** The error of a call whose time is up: code `deadline_exceeded`, with the text Connect uses. */
export function deadlineExceeded(): ConnectError {
  return new ConnectError("the operation timed out", Code.DeadlineExceeded);
}

/**
 * Checks the `defaultTimeoutMs` option: eight digits are what `grpc-timeout` can carry.
 *
 * @throws RangeError unless it is an integer from 1 to 99,999,999, or absent
 */
export function assertDefaultTimeout(defaultTimeoutMs: number | undefined): void {
  if (defaultTimeoutMs === undefined) return;
  if (
    !Number.isInteger(defaultTimeoutMs) ||
    defaultTimeoutMs < 1 ||
    defaultTimeoutMs > 99_999_999
  ) {
    throw new RangeError(
      `defaultTimeoutMs must be an integer from 1 to 99999999, got ${defaultTimeoutMs}`,
    );
  }
}
