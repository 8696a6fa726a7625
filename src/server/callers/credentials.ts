/** Who somebody is, by what they show: an API key, a client certificate, or a token. */
import { hash, randomBytes, type X509Certificate } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

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

/** The text after `Bearer ` (RFC 6750, section 2.1), or undefined where no bearer is shown. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  if (authorization?.slice(0, 7).toLowerCase() !== "bearer ") return undefined;
  return authorization.slice(7);
}

const namesOfSocket = new WeakMap<Socket, readonly string[]>();

/**
 * The names in a verified client certificate's subjectAltName: `URI:…` and `DNS:…`. None where
 * there is no certificate, or none that the configured authority has signed.
 */
export function certificateNames(socket: Socket | undefined): readonly string[] {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return [];
  let names = namesOfSocket.get(socket);
  if (!names) {
    const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
    names = parseAltNames(certificate?.subjectAltName ?? "");
    namesOfSocket.set(socket, names);
  }
  return names;
}

/**
 * Splits Node's text of a subjectAltName. A name that holds what could be taken for another is in
 * JSON quotes there; such a name is left out, for no row of a callers file can equal it. DNS names
 * are given in lower case: they are compared without regard to case (RFC 5280, section 7.2).
 */
export function parseAltNames(text: string): string[] {
  return [...text.matchAll(/(?:^|, )((?:URI|DNS):)("(?:[^"\\]|\\.)*"|[^",]*)/g)]
    .filter(([, , name]) => !name?.startsWith('"'))
    .map(([, kind, name]) => (kind === "DNS:" ? `DNS:${name?.toLowerCase()}` : `${kind}${name}`));
}
