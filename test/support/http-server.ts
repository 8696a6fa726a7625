/** HTTP servers for tests: port 0, and a close that leaves nothing behind. */
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import { Code } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { directRpcs } from "../../src/service/index.js";
import { createUnaryAdapter } from "../../src/transport/adapter/index.js";
import { refuseMalformed, unreadableRequest } from "../../src/transport/index.js";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { createListener } from "../../src/transport/listener.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "./tls.js";
import { HOLD_HEADER, SERVER_VERSION, type TestService } from "./token-service.js";

/** A server that listens on loopback. */
export interface TestServer {
  readonly baseUrl: string;
  /** How many connections clients have opened so far, and how many are open. */
  connections(): { opened: number; open: number };
  close(): Promise<void>;
}

/** Serves a test service with Connect's own adapter, over HTTP/1.1 or HTTP/2 without TLS. */
export async function serve(service: TestService, version: "1.1" | "2"): Promise<TestServer> {
  const { routes, interceptors } = service;
  const handler = connectNodeAdapter({ routes, interceptors, acceptCompression: [] });
  const server = version === "2" ? http2.createServer(handler) : http.createServer(handler);
  return listen(server, "http");
}

/**
 * Serves a test service as the product does: its adapter and listener, every protocol on one port. Without the
 * short way, `enabled: false`, all calls go through Connect's own adapter.
 */
export async function serveAsProduct(
  service: TestService,
  enabled = true,
): Promise<Pick<TestServer, "baseUrl" | "close">> {
  const adapter = createUnaryAdapter({
    enabled,
    routes: refuseMalformed(service.routes),
    direct: directRpcs(service.manager, undefined, SERVER_VERSION),
    // What interceptors do elsewhere; beside them no method is called directly.
    authorize: ({ headers }) =>
      headers[HOLD_HEADER] === undefined ? undefined : new Promise<never>(() => {}),
    ended(_head, _values, error) {
      const { code, cause } = error ?? {};
      if (code === Code.Internal && cause !== undefined) service.reported.push(cause);
    },
    acceptCompression: [],
    unreadable: unreadableRequest,
  });
  const listener = createListener({ ...adapter, limits: DEFAULT_LIMITS });
  const { port } = await listener.listen(0, "127.0.0.1");
  const close = async () => {
    await listener.close(0);
  };
  return { baseUrl: `http://127.0.0.1:${port}`, close };
}

/** The same over HTTP/2 with TLS, for clients that show a certificate which `TEST_CERTIFICATE` signed. */
export async function serveTls(service: TestService): Promise<TestServer> {
  const { routes, interceptors } = service;
  const handler = connectNodeAdapter({ routes, interceptors, acceptCompression: [] });
  const identity = { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY };
  const mutual = { ca: TEST_CERTIFICATE, requestCert: true, rejectUnauthorized: true };
  const server = http2.createSecureServer({ ...identity, ...mutual, allowHTTP1: true }, handler);
  return listen(server, "https");
}

async function listen(server: Server, scheme: "http" | "https"): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => ({ opened: connections, open: sockets.size }),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Where nobody listens: the system gives no port as low as this to a server that takes any. */
export const UNREACHABLE_URL = "http://127.0.0.1:2";
