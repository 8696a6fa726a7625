/** The files that settings name: how they are read and checked. */
import type { TlsMaterial } from "../transport/tls-listener.js";
import type { CallerRow } from "./callers/caller-row.js";
import { parseCallers, revisionOf } from "./callers/callers-file.js";
import { ConfigError, type TlsFiles } from "./config/index.js";
import { readableWarning, writableFault } from "./file-access.js";
import { fileText } from "./file-text.js";
import { asConfigError, type FileSource } from "./followed-files.js";
import { holdsPrivateKey } from "./pem.js";
import { tlsFaults } from "./tls-material.js";
import { type FileSnapshot, readSettled } from "./watched-file.js";

/** What CALLERS_FILE makes: its rows. */
export function callersSource(path: string): FileSource<CallerRow[]> {
  return {
    name: "callers_file",
    paths: { CALLERS_FILE: path },
    load(file) {
      refuseWritable("CALLERS_FILE", file);
      try {
        return parseCallers(file.bytes);
      } catch (error) {
        const { message } = error as Error;
        throw new ConfigError(message.split("\n").map((line) => `CALLERS_FILE ${line}`));
      }
    },
    describe: (rows) => ({ callers: rows.length, revision: revisionOf(rows) }),
  };
}

/**
 * What TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE and TLS_CLIENT_CRL_FILE make: certificates that
 * fit each other, and files that nobody is writing.
 */
export function tlsSource({ cert, key, clientCa, clientCrl }: TlsFiles): FileSource<TlsMaterial> {
  return {
    name: "tls_files",
    paths: {
      TLS_CERT_FILE: cert,
      TLS_KEY_FILE: key,
      ...(clientCa !== undefined && { TLS_CLIENT_CA_FILE: clientCa }),
      ...(clientCrl !== undefined && { TLS_CLIENT_CRL_FILE: clientCrl }),
    },
    async load(_, warn) {
      // Whichever has changed: all are needed.
      const [keyFile, certFile, caFile, crlFile] = await Promise.all([
        readPem("TLS_KEY_FILE", key),
        readPem("TLS_CERT_FILE", cert),
        clientCa === undefined ? undefined : readPem("TLS_CLIENT_CA_FILE", clientCa),
        clientCrl === undefined ? undefined : readPem("TLS_CLIENT_CRL_FILE", clientCrl),
      ]);
      const material = {
        cert: fileText(certFile.bytes),
        key: fileText(keyFile.bytes),
        clientCa: caFile && fileText(caFile.bytes),
        clientCrl: crlFile && fileText(crlFile.bytes),
      };
      const faults = tlsFaults(material);
      if (faults.length > 0) throw new ConfigError(faults);
      const warning = readableWarning(keyFile);
      if (warning) warn(`TLS_KEY_FILE ${warning}`);
      if (cert !== key && holdsPrivateKey(material.cert)) warn(strayKey("TLS_CERT_FILE"));
      if (holdsPrivateKey(material.clientCa ?? "")) warn(strayKey("TLS_CLIENT_CA_FILE"));
      return material;
    },
  };
}

/** A key where nobody takes care of one: of an authority, it makes whoever reads it any client. */
function strayKey(name: string): string {
  return `${name} holds a private key, which the server does not need there: take it out`;
}

async function readPem(name: string, path: string): Promise<FileSnapshot> {
  const file = await readSettled(path).catch((error) => {
    throw asConfigError(error, name);
  });
  refuseWritable(name, file);
  return file;
}

function refuseWritable(name: string, file: FileSnapshot): void {
  const fault = writableFault(file);
  if (fault) throw new ConfigError([`${name} ${fault}`]);
}
