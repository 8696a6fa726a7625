/** The settings of a manager as an environment spells them: text by name. */
import { TokenError } from "./errors.js";
import {
  type SettingsInput,
  validateMaxSessionHours,
  validatePbkdf2Iterations,
} from "./settings.js";
import { shownText } from "./shown-text.js";
import { validateExpiresHours, validateSalt, validateSecretKey } from "./validators.js";

/** The most characters of a value that a message shows. */
const MOST_SHOWN = 60;

/** Settings by name, as a process's environment gives them. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads SECRET_KEY, SALT, DEFAULT_EXPIRATION_HOURS, MAX_SESSION_HOURS and PBKDF2_ITERATIONS, and
 * nothing else. An empty setting counts as not set. Pure: the environment is an argument.
 * @throws TokenError naming the first setting that breaks its rule, never the value of a secret.
 */
export function settingsFrom(env: Env): SettingsInput {
  const read = <T>(name: string, parse: (text: string) => T): T | undefined => {
    const text = env[name];
    return text === undefined || text === "" ? undefined : parse(text);
  };
  return {
    secretKey: read("SECRET_KEY", parseSecretKey),
    salt: read("SALT", parseSalt),
    defaultExpirationHours: read("DEFAULT_EXPIRATION_HOURS", shown(parseDefaultExpirationHours)),
    maxSessionHours: read("MAX_SESSION_HOURS", shown(parseMaxSessionHours)),
    pbkdf2Iterations: read("PBKDF2_ITERATIONS", shown(parsePbkdf2Iterations)),
  };
}

/** The parser of what is no secret: its refusal shows the text. */
function shown<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      const { message, reason, field } = error;
      throw new TokenError(`${message}, not ${shownText(text, MOST_SHOWN)}`, { reason, field });
    }
  };
}

/** SECRET_KEY: see `validateSecretKey`. */
export function parseSecretKey(text: string): string {
  validateSecretKey(text);
  return text;
}

/**
 * SALT: text means its UTF-8 bytes, as the Python library reads it; `base64:` and padded base64 (RFC
 * 4648, section 4) mean bytes that need not be text. At least 16 bytes.
 */
export function parseSalt(text: string): Uint8Array {
  const encoded = text.startsWith("base64:") ? text.slice("base64:".length) : undefined;
  const salt = Buffer.from(encoded ?? text, encoded === undefined ? "utf8" : "base64");
  if (encoded !== undefined && salt.toString("base64") !== encoded) {
    throw broken("SALT", "must be padded base64 (RFC 4648, section 4) after base64:");
  }
  validateSalt(salt);
  return salt;
}

/** DEFAULT_EXPIRATION_HOURS: above 0, at most 8760, fractions allowed. */
export function parseDefaultExpirationHours(text: string): number {
  const hours = parseNumber("DEFAULT_EXPIRATION_HOURS", text);
  validateExpiresHours(hours, "DEFAULT_EXPIRATION_HOURS");
  return hours;
}

/** MAX_SESSION_HOURS: above 0, at most 87600, fractions allowed. */
export function parseMaxSessionHours(text: string): number {
  const hours = parseNumber("MAX_SESSION_HOURS", text);
  validateMaxSessionHours(hours);
  return hours;
}

/** PBKDF2_ITERATIONS: a whole number, 100,000 to 10,000,000. */
export function parsePbkdf2Iterations(text: string): number {
  const iterations = parseNumber("PBKDF2_ITERATIONS", text);
  validatePbkdf2Iterations(iterations);
  return iterations;
}

function parseNumber(name: string, text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw broken(name, "must be a number in decimal digits");
  return Number(text);
}

function broken(name: string, rule: string): TokenError {
  return new TokenError(`${name} ${rule}`, { reason: "SETTING_INVALID", field: name });
}
