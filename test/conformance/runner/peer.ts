/** Peers on a port of their own, closed with every connection they have. */
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { detectProtocol } from "../../../src/transport/detect-protocol.js";

/** Something that listens. */
export interface Target {
  listen(port: number, host: string): Promise<AddressInfo>;
  close(graceMs: number): Promise<unknown>;
}

/** A target whose connections can be broken off. */
export interface Peer extends Target {
  /** Breaks every connection off, and goes on listening. */
  disconnect(): void;
}

/** How long a connection may stay silent before it is dropped, in milliseconds. */
const SILENCE_MS = 30_000;
const TIMEOUTS = { unusedMs: SILENCE_MS, undecidedMs: SILENCE_MS };

/** Accepts connections, reads, and never says a word. */
export function blackHole(): Target {
  return peer((socket) => socket.resume());
}

/** A handler over HTTP/2 with prior knowledge and HTTP/1.1. */
export function httpPeer(handler: RequestListener): Peer {
  const http1 = createHttpServer(handler);
  const http2 = createHttp2Server(handler as never);
  http2.on("sessionError", () => {});
  return peer((socket) =>
    detectProtocol(socket, TIMEOUTS, (protocol, head) => {
      socket.unshift(head);
      (protocol === "h2" ? http2 : http1).emit("connection", socket);
    }),
  );
}

function peer(use: (socket: Socket) => void): Peer {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    use(socket);
  });
  const disconnect = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    disconnect,
    listen: (port, host) =>
      new Promise((resolve) =>
        server.listen(port, host, () => resolve(server.address() as AddressInfo)),
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        disconnect();
      }),
  };
}
