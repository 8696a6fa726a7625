/** The keys that a manager works with: one that encrypts, and any number that only decrypt. */
import { createFernetKey, type FernetKey } from "./fernet.js";
import { hkdf, pbkdf2 } from "./primitives.js";

/** STAGED keys decrypt and will become primary; SECONDARY ones decrypt and were primary. */
export type KeyState = "STAGED" | "PRIMARY" | "SECONDARY";

/** Where a key comes from. */
export interface KeySource {
  /** The secret; see `validateSecretKey`. */
  readonly secretKey: string;
  /** PBKDF2 salt, at least 16 bytes. */
  readonly salt: Uint8Array;
  /** PBKDF2 iterations. The Python library uses 100,000. */
  readonly iterations: number;
}

/** A derived key, with what may be told about it. */
export interface DerivedKey extends FernetKey {
  /** One-way fingerprint of the derived key: 16 hexadecimal digits. Not secret. */
  readonly keyId: string;
  /** The salt it was derived with. */
  readonly salt: Uint8Array;
  /** The iterations it was derived with. */
  readonly iterations: number;
}

/** A key in a keyset. */
export interface KeysetKey extends DerivedKey {
  /** What the key is used for. */
  readonly state: KeyState;
}

/** Keys in the order in which they are tried: the primary first, as MultiFernet does. */
export interface Keyset {
  /** The one key that encrypts. */
  readonly primary: KeysetKey;
  /** Every key that decrypts, the primary first. */
  readonly keys: readonly KeysetKey[];
}

/** Derives a key, once; it takes hundreds of milliseconds on the thread pool, by design. */
export async function deriveKey(source: KeySource): Promise<DerivedKey> {
  const bytes = await pbkdf2(source.secretKey, source.salt, source.iterations);
  const keyId = hkdf(bytes, "secure-token key id", 8).toString("hex");
  const key = createFernetKey(bytes);
  bytes.fill(0);
  return { ...key, keyId, salt: source.salt, iterations: source.iterations };
}

/**
 * Makes a keyset of exactly one PRIMARY key and any others. Throws a `TypeError` for none or
 * several, and for the same key twice.
 */
export function createKeyset(keys: readonly KeysetKey[]): Keyset {
  const [primary, second] = keys.filter((key) => key.state === "PRIMARY");
  if (!primary || second) throw new TypeError("a keyset has exactly one PRIMARY key");
  if (new Set(keys.map((key) => key.keyId)).size !== keys.length) {
    throw new TypeError("a keyset holds each key once");
  }
  return { primary, keys: [primary, ...keys.filter((key) => key !== primary)] };
}
