/**
 * One port for HTTP/2 with prior knowledge (RFC 9113, section 3.3) and HTTP/1.1: the first bytes of
 * a connection tell which it is. With TLS, ALPN tells (RFC 7301).
 */
import type { RequestListener } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import {
  type ConnectionCounts,
  createHttp2Server,
  destroyBroken,
  ErrorCode,
  type Http2Connection,
  type Http2Server,
  type ServerStream,
  UnreadTotal,
} from "../http2/index.js";
import type { AddressList } from "./address-list.js";
import { createClearListener } from "./clear-listener.js";
import { closeGracefully } from "./close-gracefully.js";
import { ConnectionAge } from "./connection-age.js";
import { ConnectionCap } from "./connection-cap.js";
import type { CutReason } from "./cut-reasons.js";
import type { Protocol } from "./detect-protocol.js";
import { answerTooLargeHeaders } from "./headers-too-large.js";
import { HeldReads } from "./held-reads.js";
import { Http1Connections } from "./http1-connections.js";
import { createHttp1Server } from "./http1-server.js";
import { type ConnectionLimits, http2Limits } from "./limits.js";
import { ProxiedConnections, peerOf } from "./proxied-connections.js";
import { SilentConnections } from "./silent-connections.js";
import { StreamRoom } from "./stream-room.js";
import { createTlsListener, replaceTlsMaterial, type TlsMaterial } from "./tls-listener.js";

/** A connection that the server has closed for what its peer did, or to make room. */
export interface ConnectionCut {
  /** The peer's address. */
  readonly peer: string;
  readonly reason: CutReason;
  /** What came over it; HTTP/2 only. */
  readonly counts?: Readonly<ConnectionCounts>;
}

/** What a listener serves, and how it is bounded. */
export interface ListenerOptions {
  /** Answers the streams of HTTP/2. */
  readonly onStream: (stream: ServerStream) => void;
  /** Answers the requests of HTTP/1.1. */
  readonly onRequest: RequestListener;
  /** Bounds on connections; see `DEFAULT_LIMITS`. */
  readonly limits: ConnectionLimits;
  /** Encrypts every connection; without it all is in the clear. */
  readonly tls?: TlsMaterial | undefined;
  /**
   * Proxies whose connections begin with a header of the PROXY protocol, version 2, in front of TLS too; one without is
   * cut. Default: no connection has one.
   */
  readonly proxyHeadersOf?: AddressList | undefined;
  /** Proxies whose connections carry the requests of many clients; see `sharedLimits` of HTTP/2. Default: none. */
  readonly sharedBy?: AddressList | undefined;
  /** Draws from 0 to 1, for the lifetimes of connections. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Called for each connection that is cut. */
  readonly onCut?: ((cut: ConnectionCut) => void) | undefined;
  /**
   * Called for each request that is refused before `onStream` or `onRequest` sees it: the peer's address, the status.
   * Over HTTP/2 a reset, or a status of gRPC, says what this status says over HTTP/1.1.
   */
  readonly onRefused?: ((peer: string, status: number) => void) | undefined;
  /** Called with what `onStream`, or a handler of a stream, threw: a fault of the server. */
  readonly onFault?: ((error: unknown) => void) | undefined;
}

/** What is open over a port. */
export interface OpenConnections {
  readonly connections: number;
  /** Of HTTP/2. */
  readonly streams: number;
}

/** A port that answers HTTP/2 and HTTP/1.1. */
export interface Listener {
  /** What is open at this moment. */
  open(): OpenConnections;
  /**
   * Puts newer certificates in force, for connections from then on. Only with TLS. Where clients'
   * certificates are vouched for by others than before, connections are told to leave: of HTTP/2 at
   * once, of HTTP/1.1 by their next answer.
   */
  replaceTls(tls: TlsMaterial): void;
  /** Starts to listen. Port 0 takes any free one; the answer tells which. */
  listen(port: number, host: string): Promise<AddressInfo>;
  /**
   * Accepts what is connected, then no more; sends GOAWAY on every HTTP/2 connection, says `Connection: close` in every
   * last answer over HTTP/1.1, and lets calls in flight finish. What is left after `graceMs` milliseconds is cut off; the
   * answer tells how many connections that were.
   */
  close(graceMs: number): Promise<number>;
}

/** What HTTP/1.1 answers where HTTP/2 resets. */
const STATUS_OF_RESET: ReadonlyMap<number, number> = new Map([
  [ErrorCode.PROTOCOL_ERROR, 400],
  [ErrorCode.ENHANCE_YOUR_CALM, 429],
  [ErrorCode.NO_ERROR, 501],
  [ErrorCode.REFUSED_STREAM, 503],
]);

/** Makes a listener that does not listen yet. */
export function createListener(options: ListenerOptions): Listener {
  const { onStream, onRequest, limits, tls, onCut = () => {}, onRefused } = options;
  const sockets = new Set<Socket>();
  const cut = (socket: Socket, reason: CutReason) => onCut({ peer: peerOf(socket), reason });
  const refused = (socket: Socket, status: number) => onRefused?.(peerOf(socket), status);
  const age = new ConnectionAge(limits.maxConnectionAgeMs, options.random ?? Math.random);
  const { maxPipelined } = limits;
  const unread = new UnreadTotal(limits.maxTotalUnreadBytes);
  const reads = new HeldReads();
  const { now } = reads;
  const http1Connections = new Http1Connections({
    age,
    maxPipelined,
    // What has begun in time may take as long as headers may.
    unusedMs: limits.keepAliveTimeoutMs + limits.headersTimeoutMs,
    unread,
    now,
    onCut: cut,
    onRefused: refused,
  });
  const http1 = createHttp1Server(limits, http1Connections, onRequest, (socket) =>
    refused(socket, 417),
  );
  const room = new StreamRoom(limits.maxStreams);
  const http2: Http2Server = createHttp2Server({
    limits: http2Limits(limits),
    isShared: ({ remoteAddress = "" }) => options.sharedBy?.has(remoteAddress) ?? false,
    unread,
    now,
    onStream(stream) {
      room.opened();
      onStream(stream);
    },
    onHeadersTooLarge(stream) {
      room.opened();
      answerTooLargeHeaders(stream);
    },
    onStreamClosed() {
      room.closed();
    },
    mayOpenStream: (connection) => room.admits(connection, http2.connections),
    onRefused({ socket }, code) {
      const status = STATUS_OF_RESET.get(code);
      if (status !== undefined) refused(socket, status);
    },
    onCut: ({ socket, counts }, reason) => onCut({ peer: peerOf(socket), reason, counts }),
    ...(options.onFault && { onHandlerError: options.onFault }),
  });

  const proxied =
    options.proxyHeadersOf &&
    new ProxiedConnections({
      proxies: options.proxyHeadersOf,
      timeoutMs: limits.detectionTimeoutMs,
      onCut: cut,
    });
  const silent = new SilentConnections(tls !== undefined);
  const cap = new ConnectionCap(limits.maxConnections, cut);
  const serve = (protocol: Protocol, socket: Socket, firstBytes?: Buffer) => {
    cap.adopt(socket);
    if (tls) {
      silent.secured(socket, performance.now());
      proxied?.secured(socket);
    }
    const retireAt = age.begin(socket);
    if (protocol === "http/1.1") {
      http1.emit("connection", socket);
      return;
    }
    const connection = http2.serve(socket, firstBytes);
    retire(connection, retireAt);
    // A connection that was accepted before the listener closed may speak up after it.
    if (!server.listening) connection.goAway();
  };
  const server = tls ? createTlsListener(tls, serve) : createClearListener(limits, serve);
  proxied?.standBefore(server);
  server.on("connection", (socket: Socket) => {
    // Without a listener, the reset of a connection would end the process.
    socket.on("error", destroyBroken);
    if (!cap.admit(socket)) return;
    sockets.add(socket);
    silent.accepted(socket, performance.now());
    // One listener for all who count it: each would take as much memory as what it counts.
    socket.on("close", () => {
      sockets.delete(socket);
      cap.closed(socket);
      silent.closed(socket);
    });
  });

  return {
    open: () => ({ connections: sockets.size, streams: room.open }),
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          server.off("error", reject);
          resolve(server.address() as AddressInfo);
        });
      }),
    replaceTls(material) {
      if (!(server instanceof TlsServer) || !replaceTlsMaterial(server, material)) return;
      // A client whose certificate counts no more on its connection comes back with a new handshake.
      http2.goAway();
    },
    close: (graceMs) =>
      closeGracefully(
        { server, http1, http1Connections, http2, silent, cap, reads, sockets },
        graceMs,
      ),
  };
}

/** Tells a connection to leave at a time on the clock of `performance.now()`. */
function retire(connection: Http2Connection, retireAt: number): void {
  if (retireAt === Number.POSITIVE_INFINITY) return;
  const timer = setTimeout(() => connection.goAway(), retireAt - performance.now());
  connection.socket.once("close", () => clearTimeout(timer));
}
