/** The one place where errors of the core become errors of Connect's. */
import { TokenError } from "../core/index.js";
import type { Call } from "./call.js";
import { toConnectError } from "./error-details.js";

/**
 * Throws what the caller of a call is told.
 * @throws ConnectError with typed details for a TokenError; anything else as it is.
 */
export function refuse(error: unknown, call: Call | undefined): never {
  if (!(error instanceof TokenError)) throw error;
  // An expired or revoked token is known all the same: the log names it.
  if (call && error.subject) call.subject = error.subject;
  throw toConnectError(error);
}
