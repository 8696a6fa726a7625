/** What a server says to a call for which there is no room now. */
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";

/** The server has no room for anyone's; it may be called again after so many milliseconds. */
export function noRoom(waitMs: number): ConnectError {
  return new ConnectError("no room", Code.ResourceExhausted, undefined, [retryAfter(waitMs)]);
}

/** The caller makes more calls than it may; the next one may come after so many milliseconds. */
export function beyondRate(waitMs: number): ConnectError {
  const value = { reason: "CALLER_ERROR_REASON_RATE_EXCEEDED", domain: "securetoken.v1" };
  const details = [{ desc: ErrorInfoSchema, value }, retryAfter(waitMs)];
  return new ConnectError("too many calls a second", Code.ResourceExhausted, undefined, details);
}

function retryAfter(waitMs: number) {
  const seconds = BigInt(Math.floor(waitMs / 1000));
  const value = { retryDelay: { seconds, nanos: (waitMs % 1000) * 1e6 } };
  return { desc: RetryInfoSchema, value };
}
