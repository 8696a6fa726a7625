/** `--ca`, `--cert` and `--key`: whom the command trusts, and which certificate it shows. */
import { createSecureContext } from "node:tls";
import { pairFault, readCertificates, readPrivateKey } from "../server/pem.js";
import { readOptionFile } from "./option-file.js";
import { UsageError } from "./usage.js";

/** Paths of PEM files. */
export interface ServerTlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What Node's TLS takes, in PEM. */
export interface ServerTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const NAMES = { cert: "--cert", key: "--key" };

/** Reads and checks the files. @throws UsageError that names the option and what is wrong with its file. */
export function readServerTls({ ca, cert, key }: ServerTlsOptions): ServerTls {
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError("--cert and --key must be given together");
  }
  const tls: ServerTls = {
    ...(ca !== undefined && { ca: readOptionFile("ca", ca) }),
    ...(cert !== undefined && { cert: readOptionFile("cert", cert) }),
    ...(key !== undefined && { key: readOptionFile("key", key) }),
  };
  const faults = faultsOf(tls);
  if (faults.length > 0) throw new UsageError(faults.join("; "));
  return tls;
}

function faultsOf(tls: ServerTls): string[] {
  const { ca, cert, key } = tls;
  const faults: string[] = [];
  if (ca !== undefined) readCertificates({ name: "--ca", text: ca }, faults);
  if (cert !== undefined && key !== undefined) {
    const { cert: certName, key: keyName } = NAMES;
    const certificates = readCertificates({ name: certName, text: cert, other: keyName }, faults);
    const privateKey = readPrivateKey({ name: keyName, text: key, other: certName }, faults);
    const mismatch =
      faults.length === 0 && privateKey && pairFault(certificates, privateKey, NAMES);
    if (mismatch) faults.push(mismatch);
  }
  if (faults.length > 0) return faults;
  try {
    createSecureContext(tls);
    return [];
  } catch (error) {
    // What OpenSSL says may quote the file.
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const options = Object.keys(tls).map((name) => `--${name}`);
    return [`${options.join(", ")}: refused (${code})`];
  }
}
