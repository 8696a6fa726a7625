/**
 * Requests that hold a token and nothing else, read without protobuf-es: in a fifth of its time. What is
 * not of the plainest form, such as one with an audience, is left to protobuf-es, which knows all of them and every fault.
 */

/** What the three requests have in common. */
export interface TokenRequest {
  readonly token: string;
}

/** Field 1, length-delimited (protobuf.dev/programming-guides/encoding). */
const TOKEN_TAG = 0x0a;
/** What stands for bytes that are no UTF-8. */
const REPLACEMENT = "\ufffd";

/** Reads the binary form: field 1 alone, up to 16,383 bytes of ASCII. */
export function tokenFromBinary(bytes: Buffer): TokenRequest | undefined {
  if (bytes[0] !== TOKEN_TAG) return undefined;
  const low = bytes[1] as number;
  const high = bytes[2] as number;
  const short = low < 0x80;
  // A third byte of the length.
  if (!short && high >= 0x80) return undefined;
  const length = short ? low : (low & 0x7f) | (high << 7);
  const start = short ? 2 : 3;
  if (start + length !== bytes.length) return undefined;
  const token = bytes.toString("utf8", start);
  // As many characters as bytes: each is ASCII, or a byte that is no UTF-8.
  return token.length === length && !token.includes(REPLACEMENT) ? { token } : undefined;
}

/** Reads the JSON form: an object of one member, written without escapes. */
export function tokenFromJson(bytes: Buffer): TokenRequest | undefined {
  const text = bytes.toString("utf8");
  if (text.includes("\\") || text.includes(REPLACEMENT) || !hasFourQuotes(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { token } = value as Partial<TokenRequest>;
  return typeof token === "string" ? { token } : undefined;
}

/** As many as one member of text has: JSON.parse does not tell of a name that comes twice. */
function hasFourQuotes(text: string): boolean {
  let at = -1;
  for (let i = 0; i < 4; i++) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return false;
  }
  return text.indexOf('"', at + 1) < 0;
}
