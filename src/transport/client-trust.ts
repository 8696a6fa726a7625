/**
 * Which authorities and revocation lists vouched for a client's certificate. A connection keeps its
 * certificate for as long as it is open; once the authorities or lists have changed, only a new
 * handshake tells whether the certificate still counts.
 */
import type { Socket } from "node:net";

/** What vouches for clients' certificates, in PEM. */
export interface ClientVouchers {
  /** Who may sign clients' certificates. Without it, clients are asked for none. */
  readonly clientCa?: string | undefined;
  /**
   * Certificates of clients that are revoked: one list of every authority in their chains. An
   * authority without a list, or whose list has expired, makes its clients nobody.
   */
  readonly clientCrl?: string | undefined;
}

/** The same, and whether it is in force. */
interface Vouchers extends ClientVouchers {
  current: boolean;
}

/** Where a socket keeps them: a session of `node:http2` shows its socket through a proxy, which no map knows. */
const VOUCHERS = Symbol("what vouches for the client's certificate");

interface SecuredSocket extends Socket {
  [VOUCHERS]?: Vouchers;
}

/** Whether what vouched for the client's certificate at the handshake is still in force. */
export function isStillTrusted(socket: Socket): boolean {
  return (socket as SecuredSocket)[VOUCHERS]?.current === true;
}

/** Whether other authorities or lists vouch by now than at the handshake. False for a connection in the clear. */
export function isOutdated(socket: Socket): boolean {
  return (socket as SecuredSocket)[VOUCHERS]?.current === false;
}

/** Remembers, for one listener, what vouches for each of its connections. */
export class ClientTrust {
  #vouchers: Vouchers;
  /** Connections whose handshake is under way, by their addresses: a TLS socket does not name its raw one. */
  readonly #accepted = new Map<string, Vouchers>();

  constructor(tls: ClientVouchers) {
    this.#vouchers = toVouchers(tls);
  }

  /** Notes a connection that is accepted, before its handshake. */
  accept(raw: Socket): void {
    const id = addressesOf(raw);
    const vouchers = this.#vouchers;
    this.#accepted.set(id, vouchers);
    raw.once("close", () => {
      if (this.#accepted.get(id) === vouchers) this.#accepted.delete(id);
    });
  }

  /** Notes the socket of the same connection once its handshake is over. */
  secured(socket: Socket): void {
    const id = addressesOf(socket);
    const vouchers = this.#accepted.get(id);
    this.#accepted.delete(id);
    if (vouchers) (socket as SecuredSocket)[VOUCHERS] = vouchers;
  }

  /** Takes newer material. True when other authorities or lists vouch from now on. */
  replace(tls: ClientVouchers): boolean {
    const { clientCa, clientCrl } = this.#vouchers;
    if (clientCa === tls.clientCa && clientCrl === tls.clientCrl) return false;
    this.#vouchers.current = false;
    this.#vouchers = toVouchers(tls);
    return true;
  }
}

function toVouchers({ clientCa, clientCrl }: ClientVouchers): Vouchers {
  return { clientCa, clientCrl, current: true };
}

/** Both ends of a connection: no two that are open have the same. */
export function addressesOf(socket: Socket): string {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
