/** What the log knows of a call that its caller was not allowed to make. */
import type { ConnectError } from "@connectrpc/connect";
import type { Call } from "../service/index.js";

/** A call as the log tells it; without a caller where the credential was not known. */
export type LoggedCall = Omit<Call, "caller"> & Partial<Pick<Call, "caller">>;

const refused = new WeakMap<ConnectError, LoggedCall>();

/** Notes the call that an error refuses before its handler. */
export function noteRefused(error: ConnectError, call: LoggedCall): void {
  refused.set(error, call);
}

/** The call that an error has refused. */
export function refusedCall(error: ConnectError | undefined): LoggedCall | undefined {
  return error && refused.get(error);
}
