/** The only module that knows `node:crypto`. Everything here is one step of a published standard. */
import { isUtf8 } from "node:buffer";
import {
  type Cipher,
  createCipheriv,
  createDecipheriv,
  type Decipher,
  hash,
  hkdfSync,
  pbkdf2 as pbkdf2Callback,
  randomBytes as systemRandomBytes,
  timingSafeEqual,
} from "node:crypto";
import { promisify } from "node:util";

/** Gives `length` unpredictable bytes. A parameter, so that tests can fix it. */
export type RandomBytes = (length: number) => Buffer;

const pbkdf2Async = promisify(pbkdf2Callback);
/** One block of AES, in bytes. */
const BLOCK = 16;
/** One block of SHA-256, in bytes. */
const HASH_BLOCK = 64;
/** The length of an HMAC-SHA256, in bytes. */
export const MAC_LENGTH = 32;
/** What is signed in one piece of memory that is kept, in bytes: more than the longest token. */
const USUAL_LENGTH = 8192;
/** How many random bytes are drawn at once: a call costs as much for one token as for a hundred. */
const POOL_LENGTH = 4096;

/** The operating system's cryptographic random numbers. */
export const randomBytes: RandomBytes = (length) => systemRandomBytes(length);

/** The same, drawn ahead; each byte is handed out once, and never changes afterwards. */
export function createRandomPool(): RandomBytes {
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;
  return (length) => {
    if (length > POOL_LENGTH) return randomBytes(length);
    if (used + length > pool.length) {
      pool = randomBytes(POOL_LENGTH);
      used = 0;
    }
    used += length;
    return pool.subarray(used - length, used);
  };
}

/** PBKDF2-HMAC-SHA256 (RFC 8018, section 5.2), 32 bytes, on the thread pool. */
export function pbkdf2(secret: string, salt: Uint8Array, iterations: number): Promise<Buffer> {
  return pbkdf2Async(Buffer.from(secret, "utf8"), salt, iterations, 32, "sha256");
}

/** HKDF-SHA256 (RFC 5869) without salt: `length` bytes that tell nothing about `key`. */
export function hkdf(key: Uint8Array, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", info, length));
}

/** SHA-256 (FIPS 180-4) of a text's UTF-8, in hexadecimal. */
export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}

/**
 * A key of HMAC-SHA256 (RFC 2104): two one-shot hashes over memory that holds the padded key
 * already, in less than half the time of `createHmac`, which makes an object for every call. The
 * memory is outside the JavaScript heap, and a key prints as nothing.
 */
export class HmacSha256Key {
  readonly #inner = Buffer.allocUnsafeSlow(HASH_BLOCK + USUAL_LENGTH);
  readonly #outer = Buffer.allocUnsafeSlow(HASH_BLOCK + MAC_LENGTH);
  readonly #mac = Buffer.allocUnsafeSlow(MAC_LENGTH);

  /** `key` is copied. At most 64 bytes: a longer one would have to be hashed first. */
  constructor(key: Uint8Array) {
    for (let i = 0; i < HASH_BLOCK; i++) {
      this.#inner[i] = (key[i] ?? 0) ^ 0x36;
      this.#outer[i] = (key[i] ?? 0) ^ 0x5c;
    }
  }

  /** The MAC of the first `length` of `data`, 32 bytes, which the next call overwrites. */
  sign(data: Buffer, length = data.length): Buffer {
    const end = HASH_BLOCK + length;
    let text = this.#inner;
    if (end > text.length) text = Buffer.concat([text.subarray(0, HASH_BLOCK)], end);
    data.copy(text, HASH_BLOCK, 0, length);
    // As text of one character a byte: a hash that comes as a buffer takes twice as long.
    this.#outer.write(hash("sha256", text.subarray(0, end), "binary"), HASH_BLOCK, "latin1");
    this.#mac.write(hash("sha256", this.#outer, "binary"), "latin1");
    return this.#mac;
  }

  /**
   * Whether the last 32 bytes of `data`, which has more, are the MAC of those before; the time tells
   * nothing about where they differ.
   */
  verify(data: Buffer): boolean {
    const end = data.length - MAC_LENGTH;
    return timingSafeEqual(this.sign(data, end), data.subarray(end));
  }
}

/**
 * A key of AES-128-CBC with PKCS #7 padding (RFC 5652, section 6.3). One OpenSSL context each way
 * lives as long as the key: setting one up takes longer than a token's encryption. Both are fed
 * whole blocks alone, so nothing of one call is left for the next but the block it chains to.
 */
export class AesCbcKey {
  readonly #cipher: Cipher;
  readonly #decipher: Decipher;
  /** The last block that was encrypted, which the cipher mixes into the next one. */
  readonly #chained = Buffer.alloc(BLOCK);

  /** `key` is copied: 16 bytes. */
  constructor(key: Uint8Array) {
    this.#cipher = createCipheriv("aes-128-cbc", key, this.#chained).setAutoPadding(false);
    this.#decipher = createDecipheriv("aes-128-cbc", key, this.#chained).setAutoPadding(false);
  }

  /** Encrypts a text's UTF-8 bytes, or bytes, under `iv`, 16 unpredictable bytes. */
  encrypt(iv: Uint8Array, plaintext: string | Uint8Array): Buffer {
    const length = Buffer.byteLength(plaintext);
    const padding = BLOCK - (length % BLOCK);
    const blocks = Buffer.allocUnsafe(length + padding);
    if (typeof plaintext === "string") blocks.write(plaintext, "utf8");
    else blocks.set(plaintext);
    for (let i = length; i < blocks.length; i++) blocks[i] = padding;
    // The cipher will mix in the last block of the call before; mixed in twice, it cancels out.
    for (let i = 0; i < BLOCK; i++) {
      blocks[i] = (blocks[i] as number) ^ (iv[i] as number) ^ (this.#chained[i] as number);
    }
    const ciphertext = this.#cipher.update(blocks);
    ciphertext.copy(this.#chained, 0, ciphertext.length - BLOCK);
    return ciphertext;
  }

  /**
   * Undoes `encrypt`, given the IV and the ciphertext in one piece, or gives `undefined` when a
   * length or any padding byte is wrong. Call it on authenticated ciphertext only: told apart
   * before a MAC, padding is an oracle.
   */
  decrypt(ivAndCiphertext: Uint8Array): Buffer | undefined {
    const { length } = ivAndCiphertext;
    if (length < 2 * BLOCK || length % BLOCK !== 0) return undefined;
    // A block of CBC needs none but the one before it: the IV's own comes out as noise, the rest right.
    const padded = this.#decipher.update(ivAndCiphertext);
    const padding = padded[length - 1] as number;
    if (padding < 1 || padding > BLOCK) return undefined;
    const end = length - padding;
    for (let i = end; i < length; i++) if (padded[i] !== padding) return undefined;
    return padded.subarray(BLOCK, end);
  }
}

/** Bytes as text, or `undefined` when they are not well-formed UTF-8 (RFC 3629). */
export function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString("utf8") : undefined;
}
