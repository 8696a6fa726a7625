/** Connections over which nothing of a request has come: the end of a server need not wait for them. */
import type { Socket } from "node:net";
import { addressesOf } from "./client-trust.js";
import { proxyBytesOf } from "./proxied-connections.js";

/**
 * How old such a connection must be to be closed, in milliseconds. A client that has just connected sends its request
 * in this moment, and with TLS a few round trips later.
 */
const SILENT_MS = 1_000;

/** A connection. */
interface Connection {
  readonly raw: Socket;
  readonly acceptedAt: number;
  /** What requests are read from; with TLS undefined during the handshake. */
  plain: Socket | undefined;
}

/** The connections of a listener. */
export class SilentConnections {
  readonly #byAddresses = new Map<string, Connection>();
  readonly #isTls: boolean;

  /** @param isTls whether requests come over other sockets than those that are accepted */
  constructor(isTls: boolean) {
    this.#isTls = isTls;
  }

  /** Notes a connection that is accepted. @param now a monotonic time in milliseconds */
  accepted(raw: Socket, now: number): void {
    const id = addressesOf(raw);
    const connection = { raw, acceptedAt: now, plain: this.#isTls ? undefined : raw };
    this.#byAddresses.set(id, connection);
    raw.once("close", () => {
      if (this.#byAddresses.get(id) === connection) this.#byAddresses.delete(id);
    });
  }

  /** Notes the socket of the same connection once its handshake is over. */
  secured(plain: Socket): void {
    const connection = this.#byAddresses.get(addressesOf(plain));
    if (connection) connection.plain = plain;
  }

  /** Closes those that have been silent for a second. @param now as for `accepted` */
  close(now: number): void {
    for (const { raw, acceptedAt, plain } of this.#byAddresses.values()) {
      const isSilent = plain === undefined || plain.bytesRead === proxyBytesOf(plain);
      if (isSilent && now - acceptedAt >= SILENT_MS) raw.destroy();
    }
  }
}
