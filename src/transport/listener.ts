/**
 * One port for HTTP/2 with prior knowledge (RFC 9113, section 3.3) and HTTP/1.1: the first bytes of
 * a connection tell which it is. With TLS, ALPN tells (RFC 7301).
 */
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import { answerClientError } from "./answer-client-error.js";
import { createClearListener } from "./clear-listener.js";
import { ConnectionAge } from "./connection-age.js";
import { ConnectionCap } from "./connection-cap.js";
import type { Protocol } from "./detect-protocol.js";
import { boundHeaderList } from "./header-list.js";
import { type ConnectionLimits, http1Options, http2Options } from "./limits.js";
import { installSafeClose } from "./safe-close.js";
import { SessionGuard } from "./session-guard.js";
import type { StreamListener } from "./stream-listener.js";
import { createTlsListener, replaceTlsMaterial, type TlsMaterial } from "./tls-listener.js";

/** What a listener serves, and how it is bounded. */
export interface ListenerOptions {
  /** Answers the streams of HTTP/2. */
  readonly onStream: StreamListener;
  /** Answers the requests of HTTP/1.1. */
  readonly onRequest: RequestListener;
  /** Bounds on connections; see `DEFAULT_LIMITS`. */
  readonly limits: ConnectionLimits;
  /** Encrypts every connection; without it all is in the clear. */
  readonly tls?: TlsMaterial | undefined;
  /** Draws from 0 to 1, for the lifetimes of connections. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** A port that answers HTTP/2 and HTTP/1.1. */
export interface Listener {
  /** Puts newer certificates in force, for connections from then on. Only with TLS. */
  replaceTls(tls: TlsMaterial): void;
  /** Starts to listen. Port 0 takes any free one; the answer tells which. */
  listen(port: number, host: string): Promise<AddressInfo>;
  /**
   * Stops to accept, sends GOAWAY on every HTTP/2 session and lets calls in flight finish. What is
   * left after `graceMs` milliseconds is cut off; the answer tells how many connections that were.
   */
  close(graceMs: number): Promise<number>;
}

/** How often idle keep-alive connections are looked for while closing, in milliseconds. */
const IDLE_SWEEP_MS = 50;

/** Makes a listener that does not listen yet. */
export function createListener(options: ListenerOptions): Listener {
  const { onStream, onRequest, limits, tls } = options;
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const age = new ConnectionAge(limits.maxConnectionAgeMs, options.random ?? Math.random);
  const http1 = createHttpServer(http1Options(limits), age.endHttp1(onRequest));
  const http2 = createHttp2Server(http2Options(limits));
  // A server that never listens itself does not check for slow requests unless told that it does.
  http1.emit("listening");
  http1.on("clientError", (error, socket) => answerClientError(error, socket as Socket));
  http2.on("stream", boundHeaderList(limits.maxHeaderBytes, onStream) as never);
  http2.on("session", (session) => {
    installSafeClose(session);
    track(sessions, session);
    // A connection that was accepted before the listener closed may speak up after it.
    if (!server.listening) session.close();
  });
  http2.on("sessionError", () => {});

  const cap = new ConnectionCap(limits.maxConnections);
  const guard = new SessionGuard(limits);
  const serve = (protocol: Protocol, socket: Socket) => {
    const retireAt = age.begin(socket);
    // The session hides its socket; it begins while "connection" is emitted.
    if (protocol === "h2") {
      http2.once("session", (session) => guard.watch(session, socket, retireAt));
    }
    (protocol === "h2" ? http2 : http1).emit("connection", socket);
  };
  const server = tls ? createTlsListener(tls, serve) : createClearListener(limits, serve);
  server.on("connection", (socket: Socket) => {
    track(sockets, socket);
    cap.admit(socket);
    // Without a listener, the reset of a connection would end the process.
    socket.on("error", () => socket.destroy());
  });

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          server.off("error", reject);
          resolve(server.address() as AddressInfo);
        });
      }),
    replaceTls(material) {
      if (server instanceof TlsServer) replaceTlsMaterial(server, material);
    },
    close: (graceMs) => closeGracefully({ server, http1, http2, sockets, sessions, graceMs }),
  };
}

async function closeGracefully(parts: {
  server: NetServer;
  http1: Server;
  http2: Http2Server;
  sockets: Set<Socket>;
  sessions: Set<ServerHttp2Session>;
  graceMs: number;
}): Promise<number> {
  const closed = new Promise<void>((resolve) => parts.server.close(() => resolve()));
  let forced = 0;
  const force = setTimeout(() => {
    forced = parts.sockets.size;
    for (const socket of parts.sockets) socket.destroy();
  }, parts.graceMs);
  const sweep = setInterval(() => parts.http1.closeIdleConnections(), IDLE_SWEEP_MS);
  for (const session of parts.sessions) session.close();
  parts.http1.closeIdleConnections();
  await closed;
  clearTimeout(force);
  clearInterval(sweep);
  parts.http1.close();
  parts.http2.close();
  return forced;
}

function track<T extends { once(event: "close", listener: () => void): unknown }>(
  set: Set<T>,
  item: T,
): void {
  set.add(item);
  item.once("close", () => set.delete(item));
}
