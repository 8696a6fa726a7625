/** The one place where errors of ours become errors of Connect's. */
import { ConnectError, type Interceptor } from "@connectrpc/connect";
import { TokenError } from "../../core/index.js";
import { toConnectError } from "../error-details.js";

/**
 * Gives every TokenError its code and details. What nobody foresaw goes to `onInternalError`, whole,
 * and on to Connect, which tells the caller "internal error" and nothing else.
 */
export function tokenErrors(
  onInternalError: (error: unknown, method: string) => void,
): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof TokenError) throw toConnectError(error);
      if (!(error instanceof ConnectError)) onInternalError(error, request.method.name);
      throw error;
    }
  };
}
