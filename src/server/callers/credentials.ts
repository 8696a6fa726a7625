/** Who somebody is, by what they show: an API key, a client certificate, or a token. */
import { hash, randomBytes, type X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { type DetailedPeerCertificate, TLSSocket } from "node:tls";
import { isStillTrusted } from "../../transport/client-trust.js";

/** What every API key starts with, so that it is told from a token, and found by secret scanners. */
export const API_KEY_PREFIX = "stk_";

/** A new API key: the prefix and 32 random bytes as base64url. */
export function generateApiKey(): string {
  return `${API_KEY_PREFIX}${randomBytes(32).toString("base64url")}`;
}

/** What is kept of an API key: its SHA-256 in hexadecimal. The key has 256 random bits, so no salt. */
export function digestApiKey(key: string): string {
  return hash("sha256", key, "hex");
}

/** What is kept of a client's certificate. */
interface KnownCertificate {
  readonly names: readonly string[];
  /** Milliseconds since 1970 between which it and its authorities are valid. */
  readonly validFrom: number;
  readonly validTo: number;
}

const certificateOfSocket = new WeakMap<Socket, KnownCertificate>();
/**
 * What whole handshakes have shown, by the certificate's digest: a session that is resumed shows the
 * certificate without the authorities between, one of which may end before it does.
 */
const certificateOfDigest = new Map<string, KnownCertificate>();
/** How many of those are remembered; beyond them the certificate's own end alone counts in resumed sessions. */
const MAX_DIGESTS = 10_000;
/** More than any chain has: a certificate of Node's may name itself as its issuer. */
const LONGEST_CHAIN = 10;

/**
 * The names in a verified client certificate's subjectAltName: `URI:…` and `DNS:…`. None where
 * there is no certificate, or none that the configured authority has signed; once the certificate
 * has ended, on a connection that is kept and in a session that is resumed too; and once other
 * authorities or revocation lists are in force than at the handshake. `now` is in milliseconds.
 */
export function certificateNames(
  socket: Socket | undefined,
  now: number = Date.now(),
): readonly string[] {
  if (!(socket instanceof TLSSocket) || !socket.authorized || !isStillTrusted(socket)) return [];
  let known = certificateOfSocket.get(socket);
  if (!known) {
    known = readCertificate(socket);
    certificateOfSocket.set(socket, known);
  }
  return known.validFrom <= now && now <= known.validTo ? known.names : [];
}

function readCertificate(socket: TLSSocket): KnownCertificate {
  // First: once Node has given the X509Certificate, it gives no chain any more.
  let issuer: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
  if (!certificate) return { names: [], validFrom: 0, validTo: 0 };
  const { fingerprint256: digest } = certificate;
  const remembered = socket.isSessionReused() ? certificateOfDigest.get(digest) : undefined;
  if (remembered) return remembered;
  let validFrom = Date.parse(certificate.validFrom);
  let validTo = Date.parse(certificate.validTo);
  for (let i = 0; i < LONGEST_CHAIN && issuer?.valid_to; i++) {
    validFrom = Math.max(validFrom, Date.parse(issuer.valid_from));
    validTo = Math.min(validTo, Date.parse(issuer.valid_to));
    issuer = issuer.issuerCertificate;
  }
  const known = { names: parseAltNames(certificate.subjectAltName ?? ""), validFrom, validTo };
  if (!socket.isSessionReused()) remember(digest, known);
  return known;
}

function remember(digest: string, known: KnownCertificate): void {
  // Again the newest: the oldest goes first.
  certificateOfDigest.delete(digest);
  certificateOfDigest.set(digest, known);
  if (certificateOfDigest.size <= MAX_DIGESTS) return;
  const [oldest] = certificateOfDigest.keys();
  certificateOfDigest.delete(oldest as string);
}

/**
 * Splits Node's text of a subjectAltName. A name that holds what could be taken for another is in
 * JSON quotes there; such a name is left out, for no row of a callers file can equal it.
 */
export function parseAltNames(text: string): string[] {
  return [...text.matchAll(/(?:^|, )(URI|DNS):("(?:[^"\\]|\\.)*"|[^",]*)/g)]
    .filter(([, , name]) => !name?.startsWith('"'))
    .map(([, kind, name = ""]) => (kind === "DNS" ? dnsName(name) : uriName(name)));
}

/** `DNS:` and a name in lower case: case makes no difference (RFC 5280, section 7.2). */
export function dnsName(name: string): string {
  return `DNS:${name.toLowerCase()}`;
}

/** `URI:` and a URI, its scheme and host in lower case: case makes a difference after them alone (section 7.4). */
export function uriName(uri: string): string {
  const hostEnd = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*(?=[/?#]|$)/i.exec(uri)?.[0].length ?? 0;
  return `URI:${uri.slice(0, hostEnd).toLowerCase()}${uri.slice(hostEnd)}`;
}
