/** The configuration of a server and of commands, as a parsed value. */
import type { Secret } from "../../core/index.js";
import type { HolderRules } from "../callers/callers.js";
import type { SettingValues } from "./settings.js";

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
