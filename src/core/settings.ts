/** What a manager is made from: validated, and safe to print. */
import { refuseUnknownOptions } from "../values/known-options.js";
import { TokenError } from "./errors.js";
import { generateSalt, generateSecretKey, Secret } from "./secrets.js";
import { hoursToMicros } from "./time.js";
import { validateExpiresHours, validateSalt, validateSecretKey } from "./validators.js";

/** PBKDF2 iterations when none are set (OWASP). The Python library uses 100,000. */
export const DEFAULT_PBKDF2_ITERATIONS = 600_000;
/** The fewest PBKDF2 iterations accepted. */
export const MIN_PBKDF2_ITERATIONS = 100_000;
/** The most PBKDF2 iterations accepted. */
export const MAX_PBKDF2_ITERATIONS = 10_000_000;
/** The lifetime of a token that names none, in hours. */
export const DEFAULT_EXPIRATION_HOURS = 24;
/** The longest that a session may be refreshed, in hours: ten years. */
export const LONGEST_MAX_SESSION_HOURS = 87_600;

/** What may be set. */
export interface SettingsInput {
  /** See `validateSecretKey`. Default: a random one, which nobody else has. */
  readonly secretKey?: string | undefined;
  /** At least 16 bytes; text means its UTF-8 bytes. Default: 32 random bytes. */
  readonly salt?: Uint8Array | string | undefined;
  /** 0 < h <= 8760, fractions allowed. Default 24. */
  readonly defaultExpirationHours?: number | undefined;
  /** How long after its start a session may be refreshed: 0 < h <= 87600. Default 87600. */
  readonly maxSessionHours?: number | undefined;
  /** 100,000 to 10,000,000. Default 600,000. */
  readonly pbkdf2Iterations?: number | undefined;
}

/** Settings that hold every rule. */
export interface Settings {
  /** Prints as `[redacted]`. */
  readonly secretKey: Secret;
  /** The salt's bytes. */
  readonly salt: Uint8Array;
  /** Hours. */
  readonly defaultExpirationHours: number;
  /** Hours. */
  readonly maxSessionHours: number;
  /** Iterations. */
  readonly pbkdf2Iterations: number;
}

const SETTINGS: readonly (keyof SettingsInput)[] = [
  "secretKey",
  "salt",
  "defaultExpirationHours",
  "maxSessionHours",
  "pbkdf2Iterations",
];

/**
 * Fills in defaults and checks every setting.
 * @throws TypeError for a setting that does not exist; TokenError naming the first one that breaks its
 * rule, never its value.
 */
export function createSettings(input: SettingsInput = {}): Settings {
  refuseUnknownOptions("SecureTokenManager", input, SETTINGS);
  const secretKey = input.secretKey ?? generateSecretKey();
  validateSecretKey(secretKey);
  const salt = typeof input.salt === "string" ? Buffer.from(input.salt) : input.salt;
  if (salt !== undefined) validateSalt(salt);
  const defaultExpirationHours = input.defaultExpirationHours ?? DEFAULT_EXPIRATION_HOURS;
  validateExpiresHours(defaultExpirationHours, "DEFAULT_EXPIRATION_HOURS");
  const maxSessionHours = input.maxSessionHours ?? LONGEST_MAX_SESSION_HOURS;
  validateMaxSessionHours(maxSessionHours);
  const pbkdf2Iterations = input.pbkdf2Iterations ?? DEFAULT_PBKDF2_ITERATIONS;
  validatePbkdf2Iterations(pbkdf2Iterations);
  return {
    secretKey: new Secret(secretKey),
    salt: salt ?? generateSalt(),
    defaultExpirationHours,
    maxSessionHours,
    pbkdf2Iterations,
  };
}

/**
 * How long a session may be refreshed, in hours: above 0, at most 87,600, fractions allowed. True, or
 * @throws TokenError naming the rule and `field`.
 */
export function validateMaxSessionHours(hours: unknown, field = "MAX_SESSION_HOURS"): true {
  const inRange = typeof hours === "number" && hours > 0 && hours <= LONGEST_MAX_SESSION_HOURS;
  if (inRange && hoursToMicros(hours) >= 1) return true;
  throw new TokenError(
    `${field} must be a number of hours above 0, at most ${LONGEST_MAX_SESSION_HOURS}`,
    { reason: "SETTING_INVALID", field },
  );
}

/**
 * PBKDF2 iterations: a whole number, 100,000 to 10,000,000. True, or
 * @throws TokenError naming the rule.
 */
export function validatePbkdf2Iterations(iterations: unknown): true {
  if (
    Number.isInteger(iterations) &&
    (iterations as number) >= MIN_PBKDF2_ITERATIONS &&
    (iterations as number) <= MAX_PBKDF2_ITERATIONS
  ) {
    return true;
  }
  throw new TokenError(
    `PBKDF2_ITERATIONS must be a whole number from ${MIN_PBKDF2_ITERATIONS} to ${MAX_PBKDF2_ITERATIONS}`,
    { reason: "SETTING_INVALID", field: "PBKDF2_ITERATIONS" },
  );
}
