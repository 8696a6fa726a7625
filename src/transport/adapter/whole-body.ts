/** Reads a body to its end, for handlers that answer requests whose path is no method's. */
import { Code, ConnectError } from "@connectrpc/connect";
import { gatheredBody } from "./gathered-body.js";
import type { HeldBodies, UnfinishedBody } from "./held-bodies.js";
import type { HttpExchange } from "./http-exchange.js";

const NOTHING = Buffer.alloc(0);

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
    const form = { isEnveloped: false, isSingle: true, maxBytes };
    const whole = gatheredBody(exchange.body, form, (memory) => {
      if (memory === undefined) bodies.forget(unfinished);
      else bodies.note(unfinished, exchange.socket ?? exchange, memory);
    });
    try {
      for await (const body of whole) {
        if (body.byteLength > maxBytes) {
          const text = `the body must be at most ${maxBytes} bytes`;
          throw new ConnectError(text, Code.ResourceExhausted);
        }
        return body;
      }
      return NOTHING;
    } catch (reason) {
      // Whatever else ends a body comes from its client.
      if (reason instanceof ConnectError) throw reason;
      throw new ConnectError("the client is gone", Code.Canceled);
    }
  };
}
