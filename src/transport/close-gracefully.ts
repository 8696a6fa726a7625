/** How a listener ends: no call in flight is lost, and nothing holds the end that holds no call. */
import type { Server } from "node:http";
import type { Server as NetServer, Socket } from "node:net";
import type { Http2Server } from "../http2/index.js";
import { acceptWaiting } from "./accept-waiting.js";
import type { ConnectionCap } from "./connection-cap.js";
import type { HeldReads } from "./held-reads.js";
import type { Http1Connections } from "./http1-connections.js";
import type { SilentConnections } from "./silent-connections.js";

/** How often silent connections, and idle ones of HTTP/1.1, are looked for while closing, in milliseconds. */
const SWEEP_MS = 50;
/**
 * How long an HTTP/1.1 connection must have been idle to be closed while closing, in milliseconds: to close one in use
 * would race with its next request.
 */
const IDLE_MS = 2_000;

/** What a listener consists of. */
export interface ListenerParts {
  readonly server: NetServer;
  readonly http1: Server;
  readonly http1Connections: Http1Connections;
  readonly http2: Http2Server;
  readonly silent: SilentConnections;
  readonly cap: ConnectionCap;
  readonly reads: HeldReads;
  /** Every open connection. */
  readonly sockets: ReadonlySet<Socket>;
}

/**
 * See `Listener.close`.
 * @returns how many connections were cut off
 */
export async function closeGracefully(parts: ListenerParts, graceMs: number): Promise<number> {
  const { server, http1, http1Connections, http2, silent, cap, reads, sockets } = parts;
  cap.keepAll();
  await acceptWaiting(server, sockets, reads);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  let forced = 0;
  const force = setTimeout(() => {
    forced = sockets.size;
    for (const socket of sockets) socket.destroy();
  }, graceMs);
  const closeUnused = () => {
    http1Connections.closeIdle(http1, IDLE_MS);
    silent.close(performance.now());
  };
  // Timers run before sockets are read: a process that the system has kept waiting would take requests for silence.
  const sweep = setInterval(() => setImmediate(closeUnused), SWEEP_MS);
  http2.goAway();
  http1Connections.drain();
  await closed;
  clearTimeout(force);
  clearInterval(sweep);
  http1.close();
  return forced;
}
