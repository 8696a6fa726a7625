/** Connections over which nothing of a request has come: the end of a server need not wait for them. */
import type { Socket } from "node:net";
import { addressesOf } from "./client-trust.js";
import { proxyBytesOf } from "./proxied-connections.js";

/**
 * For how long nothing must have come over such a connection for it to be closed, in milliseconds. A client that has just
 * connected sends its request in this moment, and with TLS a few round trips later: its handshake is not silence, however
 * long it takes on a slow line or behind a crowd. TLS itself bounds that.
 */
const SILENT_MS = 1_000;

/** A connection. */
interface Connection {
  /** When it was accepted, or later was seen to go on with its handshake. */
  silentSince: number;
  /** Octets of its handshake that were seen so far. */
  heard: number;
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
    const plain = id === undefined ? raw : undefined;
    const connection = { silentSince: now, heard: 0, plain, id };
    this.#connections.set(raw, connection);
    if (id !== undefined) this.#underWay.set(id, connection);
  }

  /** Notes the socket of the same connection once its handshake is over. @param now as for `accepted` */
  secured(plain: Socket, now: number): void {
    const id = addressesOf(plain);
    const connection = this.#underWay.get(id);
    this.#underWay.delete(id);
    if (!connection) return;
    connection.plain = plain;
    connection.silentSince = now;
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
    for (const [raw, connection] of this.#connections) {
      const { plain } = connection;
      if (plain === undefined && raw.bytesRead !== connection.heard) {
        connection.heard = raw.bytesRead;
        connection.silentSince = now;
      }
      const isSilent = plain === undefined || plain.bytesRead === proxyBytesOf(plain);
      if (isSilent && now - connection.silentSince >= SILENT_MS) raw.destroy();
    }
  }
}
