/** Whether PEM files make a TLS server; the setting at fault is named, in words of our own. */
import { createSecureContext } from "node:tls";
import { type TlsMaterial, tlsOptions } from "../transport/tls-listener.js";
import {
  checkRevocationLists,
  type NamedText,
  pairFault,
  readCertificates,
  readPrivateKey,
} from "./pem.js";

const NAMES = { cert: "TLS_CERT_FILE", key: "TLS_KEY_FILE" };

/**
 * What keeps the files from being used; a line a fault, starting with the setting's name. None when
 * there is at least one certificate, its private key, and, where clients are asked for certificates,
 * at least one authority that ends a chain; and every block of PEM can be read, revocation lists too.
 */
export function tlsFaults(material: TlsMaterial): string[] {
  const { cert, key, clientCa, clientCrl } = material;
  const faults: string[] = [];
  const certificates = readCertificates({ name: NAMES.cert, text: cert, other: NAMES.key }, faults);
  const privateKey = readPrivateKey({ name: NAMES.key, text: key, other: NAMES.cert }, faults);
  if (clientCa !== undefined) {
    checkAuthorities({ name: "TLS_CLIENT_CA_FILE", text: clientCa }, faults);
  }
  if (clientCrl !== undefined) {
    checkRevocationLists({ name: "TLS_CLIENT_CRL_FILE", text: clientCrl }, faults);
  }
  if (faults.length > 0 || !privateKey) return faults;
  const mismatch = pairFault(certificates, privateKey, NAMES);
  if (mismatch !== undefined) return [mismatch];
  try {
    createSecureContext(tlsOptions(material));
    return [];
  } catch (error) {
    // What OpenSSL says may quote the file.
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    return [`TLS_CERT_FILE and TLS_KEY_FILE are refused (${code})`];
  }
}

/** OpenSSL follows a client's chain to a certificate that has signed itself: an intermediate alone ends none. */
function checkAuthorities(source: NamedText, faults: string[]): void {
  const certificates = readCertificates(source, faults);
  if (certificates.length === 0 || certificates.some((one) => one.subject === one.issuer)) return;
  const missing = "no root authority, a certificate that has signed itself";
  faults.push(`${source.name} holds ${missing}: no client's certificate would count`);
}
