/** Which known caller a refusal is about, for the log: an error tells its client alone. */
import type { ConnectError } from "@connectrpc/connect";
import type { Caller } from "../../service/index.js";

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
