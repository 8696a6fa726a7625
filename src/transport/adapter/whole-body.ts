/** Reads a body to its end, for handlers that answer requests whose path is no method's. */
import { Code, ConnectError } from "@connectrpc/connect";
import { countedBody } from "./counted-body.js";
import type { HeldBodies, UnfinishedBody } from "./held-bodies.js";
import type { HttpExchange } from "./http-exchange.js";

/**
 * Gives the body of a request, once.
 *
 * @param maxBytes the most that it may have
 * @throws ConnectError RESOURCE_EXHAUSTED beyond `maxBytes`, and where the server holds too much of unfinished bodies;
 *   CANCELED when the client is gone
 */
export type ReadBody = (exchange: HttpExchange, maxBytes: number) => Promise<Buffer>;

/** A reader whose bodies count among those of calls. */
export function createReadBody(bodies: HeldBodies): ReadBody {
  return async (exchange, maxBytes) => {
    const unfinished: UnfinishedBody = {
      giveUp(error) {
        exchange.noteSlow();
        exchange.interrupt(error);
      },
    };
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      const counted = countedBody(exchange.body, (bytes) => {
        if (bytes === undefined) bodies.forget(unfinished);
        else bodies.note(unfinished, exchange.socket ?? exchange, bytes);
      });
      for await (const chunk of counted) {
        size += chunk.byteLength;
        if (size > maxBytes) {
          const text = `the body must be at most ${maxBytes} bytes`;
          throw new ConnectError(text, Code.ResourceExhausted);
        }
        chunks.push(chunk);
      }
    } catch (reason) {
      // Whatever else ends a body comes from its client.
      if (reason instanceof ConnectError) throw reason;
      throw new ConnectError("the client is gone", Code.Canceled);
    }
    return Buffer.concat(chunks);
  };
}
