import { ignoreError } from "./errors.js";
import type { NodeRequest } from "./options.js";

/**
 * Makes the body of a request end on demand for whoever iterates over it.
 *
 * Connect's adapter reads a body with `for await` and has no other way in: a deadline that passes while the client
 * dawdles would abort the call's signal and go on waiting. It also means to leave the loop early on a fault, which
 * would have Node destroy an HTTP/1.1 connection before the answer is written; here leaving early only stops reading.
 *
 * @returns a function that fails the next read, or the one under way, with its argument
 */
export function interruptibleBody(request: NodeRequest): (reason: unknown) => void {
  let interruption: { readonly reason: unknown } | undefined;
  let rejectRead: ((reason: unknown) => void) | undefined;
  Object.defineProperty(request, Symbol.asyncIterator, {
    value(): AsyncIterator<unknown> {
      const chunks = request.iterator({ destroyOnReturn: false });
      return {
        next: () =>
          new Promise((resolve, reject) => {
            if (interruption !== undefined) {
              reject(interruption.reason);
              return;
            }
            rejectRead = reject;
            chunks.next().then(resolve, reject);
          }),
        return: (value) => {
          // Not awaited: behind a read that never ends it would wait as long. It frees the request to be drained.
          chunks.return?.().catch(ignoreError);
          return Promise.resolve({ done: true, value });
        },
      };
    },
  });
  return (reason) => {
    interruption = { reason };
    rejectRead?.(reason);
  };
}
