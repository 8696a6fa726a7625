/**
 * Fernet (github.com/fernet/spec, version 0x80):
 * `0x80 ‖ timestamp (8, big endian) ‖ IV (16) ‖ AES-128-CBC ciphertext ‖ HMAC-SHA256 (32)`.
 */
import { AesCbcKey, HmacSha256Key, MAC_LENGTH } from "./primitives.js";

const VERSION = 0x80;
const IV_OFFSET = 9;
const CIPHERTEXT_OFFSET = 25;
/** Version, timestamp, IV, one block of ciphertext, MAC. */
const SHORTEST = CIPHERTEXT_OFFSET + 16 + MAC_LENGTH;
/** How far ahead of ours the clock of whoever made a token may be, in seconds. */
export const MAX_CLOCK_SKEW_SECONDS = 60;

/** The two halves of a 32-byte Fernet key. */
export interface FernetKey {
  /** The first 16 bytes: HMAC-SHA256. */
  readonly signing: HmacSha256Key;
  /** The last 16 bytes: AES-128-CBC. */
  readonly encryption: AesCbcKey;
}

/** What a Fernet token held. */
export interface OpenedFernet<K extends FernetKey> {
  /** The key whose MAC matched. */
  readonly key: K;
  /** When the token was made: whole seconds since 1970, UTC. */
  readonly timestamp: number;
  /** The decrypted bytes. */
  readonly plaintext: Buffer;
}

/** Splits 32 key bytes into a Fernet key. Throws a `TypeError` for any other length. */
export function createFernetKey(bytes: Uint8Array): FernetKey {
  if (bytes.length !== 32) throw new TypeError("a Fernet key has 32 bytes");
  return {
    signing: new HmacSha256Key(bytes.subarray(0, 16)),
    encryption: new AesCbcKey(bytes.subarray(16)),
  };
}

/** Encrypts and signs. `timestamp` in whole seconds since 1970; `iv` 16 unpredictable bytes. */
export function sealFernet(
  key: FernetKey,
  plaintext: string,
  timestamp: number,
  iv: Buffer,
): Buffer {
  const ciphertext = key.encryption.encrypt(iv, plaintext);
  const macOffset = CIPHERTEXT_OFFSET + ciphertext.length;
  const token = Buffer.allocUnsafe(macOffset + MAC_LENGTH);
  token[0] = VERSION;
  token.writeUInt32BE(Math.floor(timestamp / 2 ** 32), 1);
  token.writeUInt32BE(timestamp % 2 ** 32, 5);
  iv.copy(token, IV_OFFSET, 0, 16);
  ciphertext.copy(token, CIPHERTEXT_OFFSET);
  key.signing.sign(token, macOffset).copy(token, macOffset);
  return token;
}

/**
 * Verifies and decrypts with the first of `keys` whose MAC matches, or gives `undefined` without
 * saying why: wrong version, length, MAC, padding, or a timestamp that is more than 60 s ahead of
 * `now` or more than `ttl` behind it (both in seconds; by default a token does not age).
 */
export function openFernet<K extends FernetKey>(
  keys: readonly K[],
  token: Buffer,
  now: number,
  ttl = Number.POSITIVE_INFINITY,
): OpenedFernet<K> | undefined {
  if (token.length < SHORTEST || token[0] !== VERSION) return undefined;
  const macOffset = token.length - MAC_LENGTH;
  for (const key of keys) {
    if (!key.signing.verify(token)) continue;
    const timestamp = token.readUInt32BE(1) * 2 ** 32 + token.readUInt32BE(5);
    if (timestamp > now + MAX_CLOCK_SKEW_SECONDS || timestamp + ttl < now) return undefined;
    const plaintext = key.encryption.decrypt(token.subarray(IV_OFFSET, macOffset));
    return plaintext && { key, timestamp, plaintext };
  }
  return undefined;
}
