/** The configuration of a server and of commands: parsed from settings, every fault at once. */
import type { Env } from "../../core/environment.js";
import type { Secret } from "../../core/index.js";
import type { HolderRules } from "../callers/callers.js";
import { ConfigError } from "./config-error.js";
import { isLoopback } from "./host-setting.js";
import { misspeltHints } from "./misspelt-settings.js";
import { brokenRequirements, keyFaults } from "./requirements.js";
import type { LocalCommand } from "./setting.js";
import { readSettings, type SettingValues } from "./settings.js";
import { asksForTraces } from "./trace-settings.js";

/** Where OpenTelemetry's collector listens by default. */
const DEFAULT_COLLECTOR = "http://localhost:4318";

/** How much is logged. */
export type LogLevel = SettingValues["LOG_LEVEL"];

/** What keys and tokens are made from. */
export interface KeyConfig {
  /** SECRET_KEY; unset: a random one. Prints as `[redacted]`. */
  readonly secretKey?: Secret | undefined;
  /** SALT, as bytes; unset: random ones. */
  readonly salt?: Uint8Array | undefined;
  /** KEYSET_FILE: several keys, in place of SECRET_KEY and SALT. */
  readonly keysetFile?: string | undefined;
  /** ALLOW_READABLE_KEYSET: whether users other than the owner may read that file. */
  readonly allowReadable: boolean;
  /** DEFAULT_EXPIRATION_HOURS. */
  readonly defaultExpirationHours: number;
  /** MAX_SESSION_HOURS. */
  readonly maxSessionHours: number;
  /** PBKDF2_ITERATIONS. */
  readonly pbkdf2Iterations: number;
}

/** Where a server listens, and what connections must begin with. */
export interface Address {
  /** HOST. */
  readonly host: string;
  /** PORT; 0 takes any free one. */
  readonly port: number;
  /** TLS_CERT_FILE and TLS_KEY_FILE, and TLS_CLIENT_CA_FILE and TLS_CLIENT_CRL_FILE for mTLS. */
  readonly tlsFiles?: TlsFiles | undefined;
  /** TRUSTED_PROXIES: whose word on whom they speak for is believed. */
  readonly trustedProxies: readonly string[];
  /** PROXY_PROTOCOL: whether the connections of these begin with its headers. */
  readonly proxyHeaders: boolean;
}

/** What a server is made from. */
export interface Config extends KeyConfig, Address {
  /** LOG_LEVEL. */
  readonly logLevel: LogLevel;
  /** LOG_DESTINATION. */
  readonly logDestination: SettingValues["LOG_DESTINATION"];
  /** LOG_FORMAT; undefined: pretty on a terminal, else json. */
  readonly logFormat?: SettingValues["LOG_FORMAT"];
  /** CORS_ORIGINS: whose pages may call, beside the server's own. */
  readonly corsOrigins: readonly string[];
  /** ALLOWED_HOSTS: names to answer to, beside loopback ones; undefined: any. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** CONSOLE: whether there is a page at `/`. Unset: on loopback only. */
  readonly console: boolean;
  /** CALLERS_FILE: who may call what. Unset: anyone who reaches the port may do everything. */
  readonly callersFile?: string | undefined;
  /** HOLDER_REFRESH and HOLDER_CALLS_PER_SECOND: what holds for those who show a token alone. */
  readonly holders: HolderRules;
  /** What is kept about revoked tokens; undefined with REVOCATIONS=off. */
  readonly revocations?: RevocationConfig | undefined;
  /** REFLECTION: whether the server describes itself to anyone who asks. */
  readonly reflection: boolean;
  /** UNARY_ADAPTER: whether ordinary calls take the short way; else all go through Connect's adapter. */
  readonly unaryAdapter: boolean;
  /** MAX_CONNECTION_AGE_SECONDS, in milliseconds. Unset: Infinity. */
  readonly maxConnectionAgeMs: number;
  /** METRICS_PORT; undefined: nothing is measured. 0 takes any free one. */
  readonly metricsPort?: number | undefined;
  /** METRICS_HOST. */
  readonly metricsHost: string;
  /** OTEL_*: where spans go; undefined: nothing is recorded. */
  readonly traces?: TraceConfig | undefined;
  /** WORKERS: how many processes serve. With 1 there is no other process. */
  readonly workers: number;
}

/** Which calls are recorded as spans, and where these go. */
export interface TraceConfig {
  /** The collector's URL for traces; may hold a password. */
  readonly url: string;
  /** The share of the calls that is recorded, 0 to 1. */
  readonly ratio: number;
  /** Whether of calls with a `traceparent` those are recorded that their caller recorded, whatever the share. */
  readonly isParentBased: boolean;
  /** OTEL_SERVICE_NAME. */
  readonly serviceName: string;
}

/** What is kept about revoked tokens, and where. */
export interface RevocationConfig {
  /** DATA_DIR. Unset, and without a log: they end with the process. */
  readonly dataDir?: string | undefined;
  /** REVOCATION_LOG: the log that several servers share. Prints as `[redacted]`. */
  readonly log?: Secret | undefined;
  /** REVOCATION_LOG_REQUIRED: whether nothing is acknowledged that the log does not hold. */
  readonly logRequired: boolean;
  /** REVOCATION_MAX_STALENESS, in milliseconds. */
  readonly maxStalenessMs: number;
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string | undefined;
  readonly clientCrl?: string | undefined;
}

/**
 * Reads the settings of a server. An empty setting counts as not set. `unread` is told beside faults:
 * see `Environment`.
 * @throws ConfigError with every fault.
 */
export function loadConfig(env: Env, unread: readonly string[] = []): Config {
  const settings = readSettings(env, "serve");
  const { values } = settings;
  refuse([...settings.faults, ...brokenRequirements(settings)], env, unread);
  const onLoopback = isLoopback(values.HOST);
  return {
    ...toKeyConfig(values),
    ...toAddress(values),
    logLevel: values.LOG_LEVEL,
    logDestination: values.LOG_DESTINATION,
    logFormat: values.LOG_FORMAT,
    corsOrigins: values.CORS_ORIGINS,
    allowedHosts: values.ALLOWED_HOSTS ?? defaultHosts(values),
    console: values.CONSOLE ?? onLoopback,
    callersFile: values.CALLERS_FILE,
    holders: { refresh: values.HOLDER_REFRESH, callsPerSecond: values.HOLDER_CALLS_PER_SECOND },
    revocations: values.REVOCATIONS ? toRevocationConfig(values) : undefined,
    reflection: values.REFLECTION ?? onLoopback,
    unaryAdapter: values.UNARY_ADAPTER,
    maxConnectionAgeMs: 1000 * values.MAX_CONNECTION_AGE_SECONDS,
    metricsPort: values.METRICS_PORT,
    metricsHost: values.METRICS_HOST,
    traces: asksForTraces(env) ? toTraceConfig(values) : undefined,
    workers: values.WORKERS,
  };
}

/**
 * Reads the settings that a command without a server needs, and no others. `unread` is told beside
 * faults: see `Environment`.
 * @throws ConfigError with every fault.
 */
export function loadKeyConfig(
  env: Env,
  reader: "keys" | LocalCommand,
  unread: readonly string[] = [],
): KeyConfig {
  const { values, given, faults } = readSettings(env, reader);
  refuse([...faults, ...keyFaults(given)], env, unread);
  return toKeyConfig(values);
}

/**
 * Reads the settings that say where the server of this environment listens, and no others.
 * @throws ConfigError with every fault.
 */
export function loadAddress(env: Env): Address {
  const { values, faults } = readSettings(env, "health");
  refuse(faults, env);
  return toAddress(values);
}

/** Whoever misspells a setting, or has a `.env` that is no file, learns of it beside what is missing. */
function refuse(faults: readonly string[], env: Env, unread: readonly string[] = []): void {
  if (faults.length > 0) throw new ConfigError([...faults, ...misspeltHints(env), ...unread]);
}

function toKeyConfig(values: SettingValues): KeyConfig {
  return {
    secretKey: values.SECRET_KEY,
    salt: values.SALT,
    keysetFile: values.KEYSET_FILE,
    allowReadable: values.ALLOW_READABLE_KEYSET,
    defaultExpirationHours: values.DEFAULT_EXPIRATION_HOURS,
    maxSessionHours: values.MAX_SESSION_HOURS,
    pbkdf2Iterations: values.PBKDF2_ITERATIONS,
  };
}

function toRevocationConfig(values: SettingValues): RevocationConfig {
  return {
    dataDir: values.DATA_DIR,
    log: values.REVOCATION_LOG,
    logRequired: values.REVOCATION_LOG_REQUIRED,
    maxStalenessMs: 1000 * values.REVOCATION_MAX_STALENESS,
  };
}

function toTraceConfig(values: SettingValues): TraceConfig {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = values;
  const sampler = values.OTEL_TRACES_SAMPLER;
  const ratios = { always_on: 1, always_off: 0, traceidratio: values.OTEL_TRACES_SAMPLER_ARG };
  const share = sampler.replace("parentbased_", "") as keyof typeof ratios;
  return {
    url: whole ?? `${(base ?? DEFAULT_COLLECTOR).replace(/\/$/, "")}/v1/traces`,
    ratio: ratios[share],
    isParentBased: share !== sampler,
    serviceName: values.OTEL_SERVICE_NAME,
  };
}

/** Where anyone on the machine may call, no page whose name was moved to a loopback address may. */
function defaultHosts({ HOST, CALLERS_FILE }: SettingValues): readonly string[] | undefined {
  return isLoopback(HOST) && CALLERS_FILE === undefined ? [] : undefined;
}

function toAddress(values: SettingValues): Address {
  return {
    host: values.HOST,
    port: values.PORT,
    tlsFiles: toTlsFiles(values),
    trustedProxies: values.TRUSTED_PROXIES,
    proxyHeaders: values.PROXY_PROTOCOL === "v2",
  };
}

function toTlsFiles(values: SettingValues): TlsFiles | undefined {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = values;
  if (cert === undefined || key === undefined) return undefined;
  return { cert, key, clientCa: values.TLS_CLIENT_CA_FILE, clientCrl: values.TLS_CLIENT_CRL_FILE };
}
