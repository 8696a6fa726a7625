/** The files that settings name, read and checked. Each is read again when it changes. */
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { type TlsMaterial, tlsOptions } from "../transport/tls-listener.js";
import type { CallerRow } from "./callers/caller-row.js";
import { parseCallers } from "./callers/callers-file.js";
import { ConfigError, type TlsFiles } from "./config.js";

/**
 * The rows of CALLERS_FILE.
 * @throws ConfigError with a line for every fault.
 */
export function loadCallers(path: string): CallerRow[] {
  return checked("CALLERS_FILE", () => parseCallers(readFileSync(path, "utf8")));
}

/**
 * The certificates of TLS_CERT_FILE, TLS_KEY_FILE and TLS_CLIENT_CA_FILE.
 * @throws ConfigError when one cannot be read, or they do not fit each other.
 */
export function loadTls({ cert, key, clientCa }: TlsFiles): TlsMaterial {
  const read = (name: string, path: string) => checked(name, () => readFileSync(path, "utf8"));
  const material = {
    cert: read("TLS_CERT_FILE", cert),
    key: read("TLS_KEY_FILE", key),
    clientCa: clientCa === undefined ? undefined : read("TLS_CLIENT_CA_FILE", clientCa),
  };
  checked("TLS_CERT_FILE", () => createSecureContext(tlsOptions(material)));
  return material;
}

function checked<T>(name: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    // What OpenSSL or a parser says may quote the file; errors of the system name its path alone.
    const { code, message } = error as NodeJS.ErrnoException;
    const told = code === undefined || code.startsWith("E") ? message : `is refused (${code})`;
    throw new ConfigError(told.split("\n").map((line) => `${name} ${line}`));
  }
}
