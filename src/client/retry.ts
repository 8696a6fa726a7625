/** What gRPC's retry policy does, for transports that have none. */
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";

const MAX_ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 100;

/**
 * Tries a call that meets UNAVAILABLE again, up to three times in all and within its deadline. All
 * but RefreshToken: its second try would find the old token revoked when only the answer was lost.
 */
export const retryUnavailable: Interceptor = (next) => async (request) => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await next(request);
    } catch (error) {
      const again =
        attempt < MAX_ATTEMPTS &&
        ConnectError.from(error).code === Code.Unavailable &&
        !request.stream &&
        request.method !== TokenService.method.refreshToken;
      if (!again || request.signal.aborted) throw error;
    }
    // Half of it at random, so that clients of a server that comes back do not come back at once.
    const backoffMs = FIRST_BACKOFF_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    await pause(backoffMs, request.signal);
  }
};

/** Waits, or rejects with the signal's reason as soon as it fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
