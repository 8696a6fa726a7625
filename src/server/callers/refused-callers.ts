/** Which caller a refusal is about, for the log: an error tells its client alone. */
import { Code, type ConnectError } from "@connectrpc/connect";
import { askForRetry, type Caller, callerError } from "../../service/index.js";

const callers = new WeakMap<ConnectError, Caller>();

/** Notes the caller that an error refuses, and returns the error. */
export function refusalOf(caller: Caller, error: ConnectError): ConnectError {
  callers.set(error, caller);
  return error;
}

/** The known caller that an error refuses; undefined where the credential was not known. */
export function refusedCaller(error: ConnectError): Caller | undefined {
  return callers.get(error);
}

/** Refuses a call that comes before its caller's rate has room, in `waitMs` milliseconds; 0: it has. @throws ConnectError */
export function requireRoom(caller: Caller, waitMs: number): void {
  if (waitMs <= 0) return;
  const error = callerError("RATE_EXCEEDED", Code.ResourceExhausted, "too many calls a second");
  throw refusalOf(caller, askForRetry(error, waitMs));
}
