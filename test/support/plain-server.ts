/** TokenService behind Connect's own Node adapter, on ports of its own: HTTP/1.1 and cleartext HTTP/2. */
import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { tokenErrors } from "../../src/service/index.js";
import { refuseBadHost, refuseMalformed } from "../../src/transport/index.js";

/** A server that runs. */
export interface PlainServer {
  /** `http://host:port` of HTTP/1.1. */
  readonly http1: string;
  /** `http://host:port` of HTTP/2. */
  readonly http2: string;
  /** What the service did not foresee. Empty unless there is a bug. */
  readonly internalErrors: unknown[];
  close(): Promise<void>;
}

/** Serves `routes` on loopback, with the limits and refusals of the product. */
export async function startPlainServer(
  routes: (router: ConnectRouter) => void,
): Promise<PlainServer> {
  const internalErrors: unknown[] = [];
  const handler = refuseBadHost(
    connectNodeAdapter({
      routes: refuseMalformed(routes),
      interceptors: [tokenErrors((error) => internalErrors.push(error))],
      acceptCompression: [],
      maxTimeoutMs: 60_000,
    }),
  );
  const servers = [createServer(handler), createHttp2Server(handler)] as const;
  const sockets = new Set<import("node:net").Socket>();
  for (const server of servers) {
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
  const close = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));
  return {
    http1: originOf(servers[0]),
    http2: originOf(servers[1]),
    internalErrors,
    async close() {
      const closed = servers.map(close);
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
