/** The server's configuration: a value parsed from settings, with every fault reported at once. */
import { isIP } from "node:net";
import {
  Secret,
  TokenError,
  validateExpiresHours,
  validateSalt,
  validateSecretKey,
} from "../core/index.js";
import {
  DEFAULT_EXPIRATION_HOURS,
  DEFAULT_PBKDF2_ITERATIONS,
  validateMaxSessionHours,
  validatePbkdf2Iterations,
} from "../core/settings.js";
import { parseOrigins } from "./cors.js";

/** Settings by name, as the process's environment gives them. */
export type Env = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
/** How much is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a server is made from. */
export interface Config {
  /** SECRET_KEY; unset: a random one. Prints as `[redacted]`. */
  readonly secretKey?: Secret | undefined;
  /** SALT, as bytes; unset: random ones. */
  readonly salt?: Uint8Array | undefined;
  /** KEYSET_FILE: several keys, in place of SECRET_KEY and SALT. */
  readonly keysetFile?: string | undefined;
  /** DEFAULT_EXPIRATION_HOURS. */
  readonly defaultExpirationHours: number;
  /** MAX_SESSION_HOURS. */
  readonly maxSessionHours: number;
  /** PBKDF2_ITERATIONS. */
  readonly pbkdf2Iterations: number;
  /** LOG_LEVEL. */
  readonly logLevel: LogLevel;
  /** HOST. */
  readonly host: string;
  /** PORT; 0 takes any free one. */
  readonly port: number;
  /** CORS_ORIGINS: whose pages may call, beside the server's own. */
  readonly corsOrigins: readonly string[];
  /** CONSOLE: whether there is a page at `/`. Unset: on loopback only. */
  readonly console: boolean;
  /** CALLERS_FILE: who may call what. Unset: anyone who reaches the port may do everything. */
  readonly callersFile?: string | undefined;
  /** TLS_CERT_FILE and TLS_KEY_FILE, and TLS_CLIENT_CA_FILE for mTLS. */
  readonly tlsFiles?: TlsFiles | undefined;
  /** REFLECTION: whether the server describes itself to anyone who asks. */
  readonly reflection: boolean;
  /** UNARY_ADAPTER: whether ordinary calls take the short way; else all go through Connect's adapter. */
  readonly unaryAdapter: boolean;
  /** MAX_CONNECTION_AGE_SECONDS, in milliseconds. Unset: Infinity. */
  readonly maxConnectionAgeMs: number;
  /** WORKERS: how many processes serve. With 1 there is no other process. */
  readonly workers: number;
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string | undefined;
}

/** Settings that break their rules. The message names every one, and holds no value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One line a fault, starting with the setting's name. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`configuration:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

const DEFAULT_HOST = "127.0.0.1";
/** How long a session may be refreshed, in hours: 30 days. */
const DEFAULT_MAX_SESSION_HOURS = 720;
/** The longest maximum age of a connection: a week. */
const LONGEST_CONNECTION_AGE_SECONDS = 604_800;
const MOST_WORKERS = 64;
/** What a server that others can reach must have, by the setting that waives it. */
const REQUIRED_BEYOND_LOOPBACK = {
  ALLOW_EPHEMERAL_KEY: ["SECRET_KEY", "SALT"],
  ALLOW_ANONYMOUS: ["CALLERS_FILE"],
  ALLOW_PLAINTEXT: ["TLS_CERT_FILE", "TLS_KEY_FILE"],
};

/**
 * Reads the settings. An empty setting counts as not set.
 * @throws ConfigError with every fault.
 */
export function loadConfig(env: Env): Config {
  const faults: string[] = [];
  const read = <T>(name: string, fallback: T, parse: (text: string) => T): T => {
    const text = env[name];
    if (text === undefined || text === "") return fallback;
    try {
      return parse(text);
    } catch (error) {
      faults.push(
        error instanceof TokenError ? error.message : `${name} ${(error as Error).message}`,
      );
      return fallback;
    }
  };
  const config: Config = {
    secretKey: read<Secret | undefined>("SECRET_KEY", undefined, parseSecretKey),
    salt: read<Uint8Array | undefined>("SALT", undefined, parseSalt),
    keysetFile: env.KEYSET_FILE || undefined,
    defaultExpirationHours: read("DEFAULT_EXPIRATION_HOURS", DEFAULT_EXPIRATION_HOURS, parseHours),
    maxSessionHours: read("MAX_SESSION_HOURS", DEFAULT_MAX_SESSION_HOURS, parseSessionHours),
    pbkdf2Iterations: read("PBKDF2_ITERATIONS", DEFAULT_PBKDF2_ITERATIONS, parseIterations),
    logLevel: read<LogLevel>("LOG_LEVEL", "info", parseLogLevel),
    host: read("HOST", DEFAULT_HOST, (text) => text),
    port: read("PORT", 8080, parsePort),
    callersFile: env.CALLERS_FILE || undefined,
    tlsFiles: readTlsFiles(env, faults),
    unaryAdapter: read("UNARY_ADAPTER", true, parseSwitch),
    reflection: read("REFLECTION", isLoopback(env.HOST || DEFAULT_HOST), parseSwitch),
    corsOrigins: read<readonly string[]>("CORS_ORIGINS", [], parseOrigins),
    console: read("CONSOLE", isLoopback(env.HOST || DEFAULT_HOST), parseSwitch),
    maxConnectionAgeMs: read(
      "MAX_CONNECTION_AGE_SECONDS",
      Number.POSITIVE_INFINITY,
      (text) => 1000 * parseWholeNumber(text, 1, LONGEST_CONNECTION_AGE_SECONDS),
    ),
    workers: read("WORKERS", 1, (text) => parseWholeNumber(text, 1, MOST_WORKERS)),
  };
  for (const name of ["SECRET_KEY", "SALT"].filter((name) => config.keysetFile && env[name])) {
    faults.push(`${name} must not be set beside KEYSET_FILE, which replaces it`);
  }
  if (!isLoopback(config.host)) {
    for (const [waiver, names] of Object.entries(REQUIRED_BEYOND_LOOPBACK)) {
      if (read(waiver, false, parseSwitch)) continue;
      if (waiver === "ALLOW_EPHEMERAL_KEY" && config.keysetFile) continue;
      for (const name of names.filter((name) => !env[name])) {
        faults.push(`${name} must be set when HOST is not a loopback address, or ${waiver}=on`);
      }
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** Whether only this machine can reach a host: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function readTlsFiles(env: Env, faults: string[]): TlsFiles | undefined {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: clientCa } = env;
  if (cert && key) return { cert, key, clientCa: clientCa || undefined };
  if (cert) faults.push("TLS_KEY_FILE must be set with TLS_CERT_FILE");
  if (key) faults.push("TLS_CERT_FILE must be set with TLS_KEY_FILE");
  if (clientCa && !cert) faults.push("TLS_CERT_FILE must be set with TLS_CLIENT_CA_FILE");
  return undefined;
}

function parseSwitch(text: string): boolean {
  if (text !== "on" && text !== "off") throw new Error("must be on or off");
  return text === "on";
}

function parseSecretKey(text: string): Secret {
  validateSecretKey(text);
  return new Secret(text);
}

/** Text means its UTF-8 bytes, as the Python library reads it; `base64:` bytes that are no text. */
export function parseSalt(text: string): Uint8Array {
  const encoded = text.startsWith("base64:") ? text.slice("base64:".length) : undefined;
  const salt = Buffer.from(encoded ?? text, encoded === undefined ? "utf8" : "base64");
  if (encoded !== undefined && salt.toString("base64") !== encoded) {
    throw new Error("must be padded base64 (RFC 4648, section 4) after base64:");
  }
  validateSalt(salt);
  return salt;
}

function parseHours(text: string): number {
  const hours = parseNumber(text);
  validateExpiresHours(hours, "DEFAULT_EXPIRATION_HOURS");
  return hours;
}

function parseSessionHours(text: string): number {
  const hours = parseNumber(text);
  validateMaxSessionHours(hours);
  return hours;
}

function parseIterations(text: string): number {
  const iterations = parseNumber(text);
  validatePbkdf2Iterations(iterations);
  return iterations;
}

function parseNumber(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error("must be a number in decimal digits");
  return Number(text);
}

function parseWholeNumber(text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) {
    throw new Error(`must be a whole number from ${least} to ${most}`);
  }
  return number;
}

function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((name) => name === text);
  if (!level) throw new Error(`must be one of ${LOG_LEVELS.join(", ")}`);
  return level;
}

function parsePort(text: string): number {
  const port = parseNumber(text);
  if (!Number.isInteger(port) || port > 65_535) throw new Error("must be a port, 0 to 65535");
  return port;
}
