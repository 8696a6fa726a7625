/** The files that settings name: how they are read and checked. */
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { type TlsMaterial, tlsOptions } from "../transport/tls-listener.js";
import type { CallerRow } from "./callers/caller-row.js";
import { parseCallers } from "./callers/callers-file.js";
import { ConfigError, type TlsFiles } from "./config/index.js";
import type { FileSource } from "./followed-files.js";

/** What CALLERS_FILE makes: its rows. */
export function callersSource(path: string): FileSource<CallerRow[]> {
  return {
    name: "callers_file",
    paths: { CALLERS_FILE: path },
    load: ({ bytes }) => checked("CALLERS_FILE", () => parseCallers(bytes.toString())),
  };
}

/** What TLS_CERT_FILE, TLS_KEY_FILE and TLS_CLIENT_CA_FILE make: certificates that fit each other. */
export function tlsSource({ cert, key, clientCa }: TlsFiles): FileSource<TlsMaterial> {
  return {
    name: "tls_files",
    paths: {
      TLS_CERT_FILE: cert,
      TLS_KEY_FILE: key,
      ...(clientCa !== undefined && { TLS_CLIENT_CA_FILE: clientCa }),
    },
    load() {
      // Whichever has changed: all are needed.
      const read = (name: string, path: string) => checked(name, () => readFileSync(path, "utf8"));
      const material = {
        cert: read("TLS_CERT_FILE", cert),
        key: read("TLS_KEY_FILE", key),
        clientCa: clientCa === undefined ? undefined : read("TLS_CLIENT_CA_FILE", clientCa),
      };
      checked("TLS_CERT_FILE", () => createSecureContext(tlsOptions(material)));
      return material;
    },
  };
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
