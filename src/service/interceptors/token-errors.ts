/** The one place where errors of ours become errors of Connect's, and where a call's end is seen. */
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { TokenError } from "../../core/index.js";
import { type Call, callKey } from "../call.js";
import { toConnectError } from "../error-details.js";

/** Is told how calls end. */
export interface CallObserver {
  /** A call has its answer, or its error. `call` is what the server knew from its headers. */
  answered(call: Call | undefined, rpc: string, error: ConnectError | undefined): void;
  /** Something happened that nobody foresaw; the caller is told "internal error" and no more. */
  internalError(error: unknown, rpc: string): void;
}

/** Gives every TokenError its code and details; an unknown error becomes INTERNAL. */
export function tokenErrors(observer: CallObserver): Interceptor {
  return (next) => async (request) => {
    const rpc = request.method.name;
    const call = request.contextValues.get(callKey);
    try {
      const response = await next(request);
      observer.answered(call, rpc, undefined);
      return response;
    } catch (error) {
      // An expired or revoked token is known all the same: the log names it.
      if (call && error instanceof TokenError && error.subject) call.subject = error.subject;
      const answer = toAnswer(error, (unforeseen) => observer.internalError(unforeseen, rpc));
      observer.answered(call, rpc, answer);
      throw answer;
    }
  };
}

function toAnswer(error: unknown, onUnforeseen: (error: unknown) => void): ConnectError {
  if (error instanceof TokenError) return toConnectError(error);
  if (error instanceof ConnectError) return error;
  onUnforeseen(error);
  return new ConnectError("internal error", Code.Internal);
}
