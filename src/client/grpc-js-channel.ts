/** The channel of a client on @grpc/grpc-js, and its replacement when a server goes silent. */
import type { Transport } from "@connectrpc/connect";
import type { Client } from "@grpc/grpc-js";

/** A channel that replaced another is not replaced earlier, in milliseconds. */
const RENEWED_EVERY_MS = 2000;

/** A channel that can be replaced. */
export interface RenewableChannel {
  /** Sends over the current channel. */
  readonly transport: Transport;
  readonly current: () => Client;
  /**
   * Makes the next calls connect anew: gRPC itself stays on a connection on which nothing comes back.
   * Calls under way end on the channel that they began on.
   */
  readonly renew: () => void;
  /** Ends the channel for good. */
  readonly close: () => void;
}

/** A channel that `open` makes; `toTransport` sends over it. */
export function createRenewableChannel(
  open: () => Client,
  toTransport: (client: Client) => Transport,
): RenewableChannel {
  let client = open();
  let transport = toTransport(client);
  let renewableAt = 0;
  let isClosed = false;
  return {
    transport: {
      unary: (...call) => transport.unary(...call),
      stream: (...call) => transport.stream(...call),
    },
    current: () => client,
    renew() {
      const now = performance.now();
      if (isClosed || now < renewableAt) return;
      renewableAt = now + RENEWED_EVERY_MS;
      client.close();
      client = open();
      transport = toTransport(client);
    },
    close() {
      isClosed = true;
      client.close();
    },
  };
}
