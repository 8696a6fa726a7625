/** Rules that join several settings. */
import { isLoopback } from "./host-setting.js";
import type { ReadSettings, SettingValues } from "./settings.js";
import { shownValue } from "./shown-fault.js";

/** What a server that others can reach must have, by the setting that waives it. */
const REQUIRED_BEYOND_LOOPBACK = {
  ALLOW_EPHEMERAL_KEY: ["SECRET_KEY", "SALT"],
  ALLOW_ANONYMOUS: ["CALLERS_FILE"],
  ALLOW_PLAINTEXT: ["TLS_CERT_FILE", "TLS_KEY_FILE"],
} as const satisfies Record<string, readonly (keyof SettingValues)[]>;

/** What `serve` finds wrong with the settings together; one line a fault. */
export function brokenRequirements({ values, given }: ReadSettings): string[] {
  return [
    ...keyFaults(given),
    ...tlsFaults(given),
    ...exposureFaults(values, given),
    ...revocationFaults(values, given),
    ...proxyFaults(values, given),
    ...metricsFaults(values),
  ];
}

/** KEYSET_FILE beside what it replaces. */
export function keyFaults(given: ReadonlySet<string>): string[] {
  const beside = ["SECRET_KEY", "SALT"].filter((name) => given.has(name));
  if (!given.has("KEYSET_FILE")) return [];
  return beside.map((name) => `${name} must not be set beside KEYSET_FILE, which replaces it`);
}

/** What listens on every address. */
const EVERYWHERE: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);
const TLS_FILES = ["TLS_CERT_FILE", "TLS_KEY_FILE", "TLS_CLIENT_CA_FILE", "TLS_CLIENT_CRL_FILE"];

function tlsFaults(given: ReadonlySet<string>): string[] {
  const [cert, key, clientCa, clientCrl] = TLS_FILES.map((name) => given.has(name));
  const faults = [];
  if (cert && !key) faults.push("TLS_KEY_FILE must be set with TLS_CERT_FILE");
  if (key && !cert) faults.push("TLS_CERT_FILE must be set with TLS_KEY_FILE");
  if (clientCa && !cert && !key) faults.push("TLS_CERT_FILE must be set with TLS_CLIENT_CA_FILE");
  if (clientCrl && !clientCa) {
    faults.push("TLS_CLIENT_CA_FILE must be set with TLS_CLIENT_CRL_FILE");
  }
  return faults;
}

/** What is missing beyond loopback, or where a waiver is off. */
function exposureFaults(values: SettingValues, given: ReadonlySet<string>): string[] {
  const { HOST: host } = values;
  const faults: string[] = [];
  for (const [waiver, names] of Object.entries(REQUIRED_BEYOND_LOOPBACK)) {
    const waived = values[waiver as keyof typeof REQUIRED_BEYOND_LOOPBACK];
    if (waived ?? isLoopback(host)) continue;
    if (waiver === "ALLOW_EPHEMERAL_KEY" && given.has("KEYSET_FILE")) continue;
    const why =
      waived === false && isLoopback(host)
        ? `must be set, because ${waiver} is off`
        : `must be set, or ${waiver}=on, because HOST ${shownValue(host)} is not a loopback address`;
    for (const name of names) if (!given.has(name)) faults.push(`${name} ${why}`);
  }
  return faults;
}

/** Of nobody a header would be read, and the proxies' own taken for requests. */
function proxyFaults(values: SettingValues, given: ReadonlySet<string>): string[] {
  if (values.PROXY_PROTOCOL === "off" || given.has("TRUSTED_PROXIES")) return [];
  return ["TRUSTED_PROXIES must be set with PROXY_PROTOCOL"];
}

/** A port is one listener's, on an address and on all addresses together. */
function metricsFaults({ HOST, PORT, METRICS_HOST, METRICS_PORT }: SettingValues): string[] {
  if (METRICS_PORT === undefined || METRICS_PORT === 0 || METRICS_PORT !== PORT) return [];
  const meet = HOST === METRICS_HOST || [HOST, METRICS_HOST].some((host) => EVERYWHERE.has(host));
  return meet ? [`METRICS_PORT must be another port than PORT, ${PORT}`] : [];
}

/** Beyond loopback a revocation that ends with the process would be a promise that is not kept. */
function revocationFaults(values: SettingValues, given: ReadonlySet<string>): string[] {
  const { HOST: host, REVOCATIONS: enabled, REVOCATION_LOG_REQUIRED: logRequired } = values;
  if (!enabled || given.has("DATA_DIR")) return [];
  if (given.has("REVOCATION_LOG")) {
    if (logRequired) return [];
    return ["DATA_DIR must be set, because REVOCATION_LOG_REQUIRED is off"];
  }
  if (isLoopback(host)) return [];
  const why = `because HOST ${shownValue(host)} is not a loopback address`;
  return [`DATA_DIR or REVOCATION_LOG must be set, or REVOCATIONS=off, ${why}`];
}
