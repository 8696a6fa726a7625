/** The Python library's validators, by their names: true, or a `TokenError` that says why not. */
import { TokenError } from "./errors.js";
import { checkExpiresHours, checkPermissions } from "./rules.js";

/** The fewest characters of a secret key. */
export const MIN_SECRET_KEY_LENGTH = 16;
/** The fewest bytes of a salt. */
export const MIN_SALT_LENGTH = 16;

/** A list of at most 64 permissions, each 2 to 30 printable code points. */
export function validatePermissions(permissions: unknown): true {
  checkPermissions(permissions);
  return true;
}

/** A number of hours above 0 and at most 8760; fractions count, NaN and booleans do not. */
export function validateExpiresHours(hours: unknown, field = "expires_in"): true {
  checkExpiresHours(hours, field);
  return true;
}

/**
 * At least 16 characters, among them an ASCII upper-case and lower-case letter, a digit, and one
 * of `@$!%*?&#`. The message never holds the key.
 */
export function validateSecretKey(secretKey: unknown): true {
  const rule = (text: string) =>
    new TokenError(`SECRET_KEY must ${text}`, { reason: "SETTING_INVALID", field: "SECRET_KEY" });
  if (typeof secretKey !== "string") throw rule("be a string");
  if ([...secretKey].length < MIN_SECRET_KEY_LENGTH) {
    throw rule(`be at least ${MIN_SECRET_KEY_LENGTH} characters long`);
  }
  if (!/[A-Z]/.test(secretKey) || !/[a-z]/.test(secretKey)) {
    throw rule("contain both uppercase and lowercase letters");
  }
  if (!/\p{Nd}/u.test(secretKey)) throw rule("contain at least one number");
  if (!/[@$!%*?&#]/.test(secretKey)) throw rule("contain at least one special character");
  return true;
}

/** At least 16 bytes. */
export function validateSalt(salt: unknown): true {
  const rule = (text: string) =>
    new TokenError(`SALT must ${text}`, { reason: "SETTING_INVALID", field: "SALT" });
  if (!(salt instanceof Uint8Array)) throw rule("be bytes");
  if (salt.length < MIN_SALT_LENGTH) throw rule(`be at least ${MIN_SALT_LENGTH} bytes long`);
  return true;
}
