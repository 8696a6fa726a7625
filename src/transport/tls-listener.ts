/** Accepts connections with TLS 1.2 or newer; ALPN (RFC 7301) tells the protocol. */
import type { Socket } from "node:net";
import { createServer, type Server, type TlsOptions } from "node:tls";
import type { Protocol } from "./detect-protocol.js";

/** How long a handshake may take, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 5_000;

/** Certificates, in PEM. */
export interface TlsMaterial {
  /** The server's certificate, with its chain. */
  readonly cert: string;
  /** The server's private key. */
  readonly key: string;
  /** Who may sign clients' certificates. Without it, clients are asked for none. */
  readonly clientCa?: string | undefined;
}

/** A server that hands each connection on after its handshake. */
export function createTlsListener(
  tls: TlsMaterial,
  serve: (protocol: Protocol, socket: Socket) => void,
): Server {
  const server = createServer({ ...tlsOptions(tls), noDelay: true, keepAlive: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    // A client without ALPN speaks HTTP/1.1.
    serve(socket.alpnProtocol === "h2" ? "h2" : "http/1.1", socket);
  });
  return server;
}

/** The options of a TLS server; a client without a certificate is let in, and is nobody by it. */
export function tlsOptions({ cert, key, clientCa }: TlsMaterial): TlsOptions {
  return {
    cert,
    key,
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true }),
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  };
}
