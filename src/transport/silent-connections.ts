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
  readonly acceptedAt: number;
  /** What requests are read from; with TLS undefined during the handshake. */
  plain: Socket | undefined;
  /** Its name among those whose handshake is under way. */
  readonly id: string | undefined;
}

/** The connections of a listener. */
export class SilentConnections {
  readonly #connections = new Map<Socket, Connection>();
  /** Those whose handshake is under way: a TLS socket does not name its raw one. */
  readonly #underWay = new Map<string, Connection>();
  readonly #isTls: boolean;

  /** @param isTls whether requests come over other sockets than those that are accepted */
  constructor(isTls: boolean) {
    this.#isTls = isTls;
  }

  /** Notes a connection that is accepted; `closed` must follow. @param now a monotonic time in milliseconds */
  accepted(raw: Socket, now: number): void {
    const id = this.#isTls ? addressesOf(raw) : undefined;
    const connection = { acceptedAt: now, plain: id === undefined ? raw : undefined, id };
    this.#connections.set(raw, connection);
    if (id !== undefined) this.#underWay.set(id, connection);
  }

  /** Notes the socket of the same connection once its handshake is over. */
  secured(plain: Socket): void {
    const id = addressesOf(plain);
    const connection = this.#underWay.get(id);
    this.#underWay.delete(id);
    if (connection) connection.plain = plain;
  }

  /** Forgets a connection that has closed. */
  closed(raw: Socket): void {
    const connection = this.#connections.get(raw);
    this.#connections.delete(raw);
    const id = connection?.id;
    if (id !== undefined && this.#underWay.get(id) === connection) this.#underWay.delete(id);
  }

  /** Closes those that have been silent for a second. @param now as for `accepted` */
  close(now: number): void {
    for (const [raw, { acceptedAt, plain }] of this.#connections) {
      const isSilent = plain === undefined || plain.bytesRead === proxyBytesOf(plain);
      if (isSilent && now - acceptedAt >= SILENT_MS) raw.destroy();
    }
  }
}
