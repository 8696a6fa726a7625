/** The half of `browser-client.ts` that runs in the page: it holds the clients and calls them. */
import { createSecureTokenClient, type WebClientOptions } from "../../src/client/web.js";
import { decodeValue, encodeValue } from "./value-codec.js";

/** What the test calls in the page. */
export interface PageClient {
  /** Calls a client's method; gives its result or its error, encoded. */
  call(options: WebClientOptions, method: string, args: string): Promise<string>;
  /** Fires a signal that a call was given. */
  abort(signal: number): void;
}

const controllers = new Map<number, AbortController>();
const signals = {
  encode: () => -1,
  decode(id: number) {
    const controller = controllers.get(id) ?? new AbortController();
    controllers.set(id, controller);
    return controller.signal;
  },
};

const pageClient: PageClient = {
  async call(options, method, args) {
    const client = createSecureTokenClient(options);
    const run = client[method as "validateToken"] as (...args: unknown[]) => Promise<unknown>;
    try {
      const values = decodeValue(args, signals) as unknown[];
      return encodeValue({ value: await run.apply(client, values) });
    } catch (error) {
      return encodeValue({ error });
    }
  },
  abort(id) {
    signals.decode(id);
    controllers.get(id)?.abort();
  },
};
Object.assign(globalThis, { pageClient });
