/** Accepts connections with TLS 1.2 or newer; ALPN (RFC 7301) tells the protocol. */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type Server, type TlsOptions } from "node:tls";
import { ClientTrust, type ClientVouchers } from "./client-trust.js";
import type { Protocol } from "./detect-protocol.js";

/** How long a handshake may take, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
/** The length of the keys of session tickets, as Node takes them. */
const TICKET_KEY_BYTES = 48;
/** Each list of a PEM text (RFC 7468, section 7). */
const CRL_BLOCKS = /-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g;

/** Certificates, in PEM. */
export interface TlsMaterial extends ClientVouchers {
  /** The server's certificate, with its chain. */
  readonly cert: string;
  /** The server's private key. */
  readonly key: string;
}

const trusts = new WeakMap<Server, ClientTrust>();

/** A server that hands each connection on after its handshake. */
export function createTlsListener(
  tls: TlsMaterial,
  serve: (protocol: Protocol, socket: Socket) => void,
): Server {
  const server = createServer({ ...tlsOptions(tls), noDelay: true, keepAlive: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    // A client may end its side behind its last request, as in the clear; within a handshake, that ends the connection.
    socket.allowHalfOpen = true;
    trust.secured(socket);
    // A client without ALPN speaks HTTP/1.1.
    serve(socket.alpnProtocol === "h2" ? "h2" : "http/1.1", socket);
  });
  const trust = new ClientTrust(tls);
  trusts.set(server, trust);
  server.on("connection", (raw: Socket) => trust.accept(raw));
  // node:cluster gives every worker the first one's keys, also one that starts after authorities have
  // changed: a ticket of before would pass there for a handshake with those of now. So each has its own.
  server.on("listening", () => server.setTicketKeys(randomBytes(TICKET_KEY_BYTES)));
  // A handshake that fails, or takes too long, leaves the connection to whoever listens.
  server.on("tlsClientError", (_, socket) => socket.destroy());
  return server;
}

/**
 * Puts newer certificates in force, for connections from then on. True when clients' certificates are
 * vouched for by others than before: connections of before are then nobody's by their certificates.
 */
export function replaceTlsMaterial(server: Server, tls: TlsMaterial): boolean {
  server.setSecureContext(tlsOptions(tls));
  return trusts.get(server)?.replace(tls) ?? false;
}

/** The options of a TLS server; a client without a certificate is let in, and is nobody by it. */
export function tlsOptions({ cert, key, clientCa, clientCrl }: TlsMaterial): TlsOptions {
  // Node takes no authorities at all for its default roots, whose certificates anyone can buy.
  if (clientCa?.trim() === "") throw new Error("no authority signs clients' certificates");
  return {
    cert,
    key,
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true }),
    // Of a text with several lists, Node reads the first alone.
    ...(clientCrl !== undefined && { crl: clientCrl.match(CRL_BLOCKS) ?? [] }),
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  };
}
