/** Secrets: how they are made, and how they are kept from being printed. */
import { type RandomBytes, randomBytes } from "./primitives.js";
import { MIN_SALT_LENGTH, MIN_SECRET_KEY_LENGTH, validateSecretKey } from "./validators.js";

/**
 * Of the special characters that `validateSecretKey` takes, only `@` means nothing to shells, `.env`
 * files, systemd and URLs: a key can be pasted anywhere without quotes.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@";
/** Bytes below it give every character the same chance. */
const FAIR = 256 - (256 % ALPHABET.length);

/** A text that prints as `[redacted]`, in JSON and in `util.inspect` too. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[redacted]";
  }

  toJSON(): string {
    return "[redacted]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[redacted]";
  }
}

/**
 * A secret key of exactly `length` characters (at least 16) that `validateSecretKey` accepts: ASCII
 * letters, digits and `@`, which is not the first one. Uniform among all such keys. Throws a `RangeError` for a shorter length.
 */
export function generateSecretKey(length = 32, random: RandomBytes = randomBytes): string {
  requireLength(length, MIN_SECRET_KEY_LENGTH, "a secret key", "characters");
  for (;;) {
    let key = "";
    while (key.length < length) {
      for (const byte of random(length)) {
        if (byte < FAIR && key.length < length) key += ALPHABET[byte % ALPHABET.length];
      }
    }
    if (isAcceptable(key)) return key;
  }
}

/** `length` random bytes (at least 16). Throws a `RangeError` for fewer. */
export function generateSalt(length = 32, random: RandomBytes = randomBytes): Uint8Array {
  requireLength(length, MIN_SALT_LENGTH, "a salt", "bytes");
  return random(length);
}

function requireLength(length: number, min: number, what: string, unit: string): void {
  if (Number.isSafeInteger(length) && length >= min && length <= 1024) return;
  throw new RangeError(`${what} has ${min} to 1024 ${unit}`);
}

function isAcceptable(key: string): boolean {
  // YAML reserves it there.
  if (key.startsWith("@")) return false;
  try {
    return validateSecretKey(key);
  } catch {
    return false;
  }
}
