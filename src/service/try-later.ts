/** What is refused now and may be tried again: the one place that says when, whatever the protocol. */
import { Code, ConnectError } from "@connectrpc/connect";
import { RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";

/** When there may be room for what has found none, in milliseconds. */
const NO_ROOM_MS = 1_000;
/** When another process answers in the place of one that ends, in milliseconds. */
const SHUTDOWN_MS = 100;

/**
 * Says when a call that was refused may be made again: by RetryInfo, for this project's clients; by
 * `grpc-retry-pushback-ms`, for gRPC's own retries (gRFC A6); by `retry-after`, for whoever knows HTTP alone (RFC 9110,
 * section 10.2.3). The last two are headers of Connect's unary protocol and trailers of all others.
 *
 * @param waitMs from now on, in milliseconds, above 0
 * @returns the error itself
 */
export function askForRetry(error: ConnectError, waitMs: number): ConnectError {
  const wholeMs = Math.ceil(waitMs);
  const seconds = BigInt(Math.floor(wholeMs / 1000));
  const value = { retryDelay: { seconds, nanos: (wholeMs % 1000) * 1_000_000 } };
  error.details.push({ desc: RetryInfoSchema, value });
  error.metadata.set("grpc-retry-pushback-ms", String(wholeMs));
  error.metadata.set("retry-after", String(Math.ceil(wholeMs / 1000)));
  return error;
}

/**
 * The error of a call for which there is no room now: RESOURCE_EXHAUSTED, to be tried again after a second. A message
 * that is too large has another: it will be too large again.
 *
 * @param text what there are too many of
 */
export function noRoom(text: string): ConnectError {
  return askForRetry(new ConnectError(text, Code.ResourceExhausted), NO_ROOM_MS);
}

/** The error of every call that the end of the server cuts short: UNAVAILABLE, to be tried again at once elsewhere. */
export function shuttingDown(): ConnectError {
  const error = new ConnectError("the server is shutting down", Code.Unavailable);
  return askForRetry(error, SHUTDOWN_MS);
}
