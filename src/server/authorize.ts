/** Decides from a call's headers whether it may go on, before its body is read. */
import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import { type Call, callerError, callKey } from "../service/index.js";
import type { Authorize } from "../transport/adapter/index.js";
import { noteRefused } from "./call-log.js";
import type { Callers } from "./callers/callers.js";
import { refusedCaller } from "./callers/refused-callers.js";
import { isRepeated } from "./repeated-authorization.js";

/** Asks the callers; what they refuse is noted for the log. */
export function createAuthorize(callers: Callers): Authorize {
  return (head) => {
    const startedAt = performance.now();
    const peer = head.socket?.remoteAddress ?? "";
    try {
      if (isRepeated(head.headers)) throw repeatedAuthorization();
      const call: Call = { caller: callers.admit(head), peer, startedAt };
      return createContextValues().set(callKey, call);
    } catch (error) {
      if (error instanceof ConnectError) {
        const caller = refusedCaller(error);
        noteRefused(error, { peer, startedAt, ...(caller && { caller }) });
      }
      throw error;
    }
  };
}

function repeatedAuthorization(): ConnectError {
  const text = "the call must have one authorization header with one credential";
  return callerError("UNKNOWN_CALLER", Code.Unauthenticated, text);
}
