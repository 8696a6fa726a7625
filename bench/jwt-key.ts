/** The key of every JWT here. */

/** Imports it for HMAC-SHA256. */
export function importJwtKey(): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new Uint8Array(32).fill(7), algorithm, false, [
    "sign",
    "verify",
  ]);
}
