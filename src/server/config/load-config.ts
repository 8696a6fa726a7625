/** Reads the configuration of a server and of commands from settings, and tells every fault at once. */
import type { Env } from "../../core/environment.js";
import type {
  Address,
  Config,
  KeyConfig,
  RevocationConfig,
  TlsFiles,
  TraceConfig,
} from "./config.js";
import { ConfigError } from "./config-error.js";
import { isLoopback } from "./host-setting.js";
import { misspeltHints } from "./misspelt-settings.js";
import { brokenRequirements, keyFaults } from "./requirements.js";
import type { LocalCommand } from "./setting.js";
import { readSettings, type SettingValues } from "./settings.js";
import { asksForTraces } from "./trace-settings.js";

/** Where OpenTelemetry's collector listens by default. */
const DEFAULT_COLLECTOR = "http://localhost:4318";

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
