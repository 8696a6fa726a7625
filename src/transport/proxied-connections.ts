/** Connections that begin with a PROXY header: who is at their other end, behind the proxy. */
import type { Server, Socket } from "node:net";
import { type AddressList, unmappedAddress } from "./address-list.js";
import { addressesOf } from "./client-trust.js";
import type { CutReason } from "./cut-reasons.js";
import { whenLate } from "./late.js";
import {
  clientInProxyHeader,
  PROXY_HEAD_BYTES,
  ProxyHeaderError,
  proxyBodySize,
} from "./proxy-header.js";

const NOTHING = Buffer.alloc(0);

/** The clients' addresses, by what requests are read from: under TLS the decrypted sockets. */
const clients = new WeakMap<Socket, string>();

/** The address of who is at the other end: as a trusted proxy tells it, else the connection's own. */
export function peerOf(socket: Socket): string {
  return clients.get(socket) ?? unmappedAddress(socket.remoteAddress ?? "");
}

/** The octets of the headers, by the connections that they came over. */
const headerBytes = new WeakMap<Socket, number>();

/** How many octets of a connection a proxy has put in front of its client's. */
export function proxyBytesOf(socket: Socket): number {
  return headerBytes.get(socket) ?? 0;
}

/** From whom connections begin with a header, and how they are watched. */
export interface ProxyHeaders {
  /** The proxies. Connections of others are read as they are. */
  readonly proxies: AddressList;
  /** How long the header may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Called for a connection that is closed for want of its header. */
  readonly onCut: (socket: Socket, reason: CutReason) => void;
}

/** Reads the header in front of whatever a server does with a connection. */
export class ProxiedConnections {
  readonly #options: ProxyHeaders;
  /** Clients of connections whose handshake is under way: a TLS socket does not name its raw one. */
  readonly #underWay = new Map<string, string>();

  constructor(options: ProxyHeaders) {
    this.#options = options;
  }

  /** Puts itself in front of those who listen for a server's connections. */
  standBefore(server: Server): void {
    const listeners = server.listeners("connection") as ((socket: Socket) => void)[];
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => {
      const goOn = () => {
        for (const listener of listeners) listener.call(server, socket);
      };
      if (this.#options.proxies.has(socket.remoteAddress ?? "")) this.#read(socket, goOn);
      else goOn();
    });
  }

  /** Notes the socket of a connection once its handshake is over. */
  secured(socket: Socket): void {
    const client = this.#underWay.get(addressesOf(socket));
    if (client !== undefined) clients.set(socket, client);
  }

  #read(socket: Socket, goOn: () => void): void {
    const { timeoutMs, onCut } = this.#options;
    let head: Buffer | undefined;
    const cut = (reason: CutReason) => {
      stop();
      onCut(socket, reason);
      socket.destroy();
    };
    const stopWaiting = whenLate(timeoutMs, () => cut("no PROXY header in time"));
    const onEnd = () => cut("no PROXY header");
    const stop = () => {
      stopWaiting();
      socket.off("readable", look);
      socket.off("end", onEnd);
      socket.off("close", stop);
    };
    const look = () => {
      try {
        head ??= (socket.read(PROXY_HEAD_BYTES) as Buffer | null) ?? undefined;
        if (head === undefined) return;
        // Of a connection that has ended, what there was.
        if (head.length !== PROXY_HEAD_BYTES) throw new ProxyHeaderError("no PROXY header");
        const size = proxyBodySize(head);
        const body: Buffer | null = size === 0 ? NOTHING : socket.read(size);
        if (body === null) return;
        if (body.length !== size) throw new ProxyHeaderError("no PROXY header");
        const client = clientInProxyHeader(head, body);
        stop();
        headerBytes.set(socket, PROXY_HEAD_BYTES + size);
        if (client !== undefined) this.#note(socket, client);
      } catch (error) {
        if (!(error instanceof ProxyHeaderError)) throw error;
        cut(error.reason);
        return;
      }
      // A stream tells its next reader of what is left in it only once it has noticed that this one is gone.
      setImmediate(() => {
        if (!socket.destroyed) goOn();
      });
    };
    socket.on("readable", look);
    socket.on("end", onEnd);
    socket.on("close", stop);
  }

  #note(socket: Socket, client: string): void {
    const id = addressesOf(socket);
    clients.set(socket, client);
    this.#underWay.set(id, client);
    socket.once("close", () => this.#underWay.delete(id));
  }
}
