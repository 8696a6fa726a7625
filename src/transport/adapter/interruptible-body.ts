import type { IncomingMessage } from "node:http";
import { ignoreError } from "./errors.js";

/**
 * Makes the body of an HTTP/1.1 request end on demand for whoever iterates over it.
 *
 * Connect reads a body with `for await` and has no other way in: a deadline that passes while the client is slow would
 * abort the call's signal and go on waiting. Connect also leaves the loop early on a fault, which would have Node
 * destroy the connection before the answer is written; here leaving early only stops reading.
 *
 * @returns a function that fails the next read, or the one under way, with its argument
 */
export function interruptibleBody(request: IncomingMessage): (reason: unknown) => void {
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
