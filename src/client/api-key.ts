/** The caller's own credential. */
import type { Interceptor } from "@connectrpc/connect";

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Sends `authorization: Bearer <apiKey>` with every call that names no other credential. Without a
 * key there is nothing to intercept.
 * @throws TypeError for a key that no header can carry, here and without the key: the platform would
 * quote it in its own error.
 */
export function apiKeyInterceptors(apiKey: string | undefined): Interceptor[] {
  if (apiKey === undefined) return [];
  if (!VISIBLE_ASCII.test(apiKey)) {
    throw new TypeError("apiKey must consist of visible ASCII characters");
  }
  return [
    (next) => (request) => {
      if (!request.header.has("authorization")) {
        request.header.set("authorization", `Bearer ${apiKey}`);
      }
      return next(request);
    },
  ];
}
