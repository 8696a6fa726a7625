/** Padded base64url (RFC 4648, section 5), strict: one value, one spelling. */

/** Bytes as padded base64url. */
export function encodeBase64url(bytes: Buffer): string {
  const text = bytes.toString("base64url");
  const rest = text.length % 4;
  return rest === 0 ? text : rest === 2 ? `${text}==` : `${text}=`;
}

/**
 * The bytes that `encodeBase64url` turns into exactly this text, or `undefined`. Node's decoder
 * skips foreign characters and ignores stray bits, so the result is encoded again and compared;
 * without that, one token would have many spellings.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (text.length === 0 || text.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(text, "base64url");
  return encodeBase64url(bytes) === text ? bytes : undefined;
}
