/** The only module that knows `node:crypto`. Everything here is one step of a published standard. */
import { isUtf8 } from "node:buffer";
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  pbkdf2 as pbkdf2Callback,
  randomBytes as systemRandomBytes,
  timingSafeEqual,
} from "node:crypto";
import { promisify } from "node:util";

export type { KeyObject };

/** Gives `length` unpredictable bytes. A parameter, so that tests can fix it. */
export type RandomBytes = (length: number) => Buffer;

const pbkdf2Async = promisify(pbkdf2Callback);
const BLOCK = 16;

/** The operating system's cryptographic random numbers. */
export const randomBytes: RandomBytes = (length) => systemRandomBytes(length);

/** Wraps key bytes so that they stay out of the JavaScript heap and print as an opaque object. */
export function secretKeyObject(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes);
}

/** PBKDF2-HMAC-SHA256 (RFC 8018, section 5.2), 32 bytes, on the thread pool. */
export function pbkdf2(secret: string, salt: Uint8Array, iterations: number): Promise<Buffer> {
  return pbkdf2Async(Buffer.from(secret, "utf8"), salt, iterations, 32, "sha256");
}

/** HKDF-SHA256 (RFC 5869) without salt: `length` bytes that tell nothing about `key`. */
export function hkdf(key: Uint8Array, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", info, length));
}

/** HMAC-SHA256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: KeyObject, data: Uint8Array): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

/** Compares in a time that depends on the length alone. Lengths must be equal. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return timingSafeEqual(a, b);
}

/** AES-128-CBC with PKCS #7 padding (RFC 5652, section 6.3) of a text's UTF-8 bytes. */
export function encryptAesCbc(key: KeyObject, iv: Uint8Array, plaintext: string): Buffer {
  const cipher = createCipheriv("aes-128-cbc", key, iv);
  return Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
}

/**
 * Undoes `encryptAesCbc`, or gives `undefined` when a length or any padding byte is wrong. Call it
 * on authenticated ciphertext only: told apart before a MAC, padding is an oracle.
 */
export function decryptAesCbc(
  key: KeyObject,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Buffer | undefined {
  if (ciphertext.length === 0 || ciphertext.length % BLOCK !== 0) return undefined;
  const decipher = createDecipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
  const padded = decipher.update(ciphertext);
  const padding = padded[padded.length - 1] as number;
  if (padding < 1 || padding > BLOCK) return undefined;
  const length = padded.length - padding;
  for (let i = length; i < padded.length; i++) if (padded[i] !== padding) return undefined;
  return padded.subarray(0, length);
}

/** Bytes as text, or `undefined` when they are not well-formed UTF-8 (RFC 3629). */
export function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString("utf8") : undefined;
}
