/** Whether PEM files make a TLS server; the setting at fault is named, in words of our own. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { type TlsMaterial, tlsOptions } from "../transport/tls-listener.js";

/** Messages that more than one fault uses. */
const CUT = "is it written to its end?";

/**
 * What keeps the files from being used; a line a fault, starting with the setting's name. None when
 * there is at least one certificate, its private key, and, where clients are asked for certificates,
 * at least one authority; and every block of PEM (RFC 7468) can be read, revocation lists too.
 */
export function tlsFaults(material: TlsMaterial): string[] {
  const { cert, key, clientCa, clientCrl } = material;
  const faults: string[] = [];
  const certificates = readCertificates("TLS_CERT_FILE", cert, faults);
  const privateKey = readKey(key, faults);
  if (clientCa !== undefined) readCertificates("TLS_CLIENT_CA_FILE", clientCa, faults);
  if (clientCrl !== undefined) checkRevocationLists(clientCrl, faults);
  if (faults.length > 0 || !privateKey) return faults;
  const owner = certificates.findIndex((one) => one.checkPrivateKey(privateKey));
  if (owner < 0) return ["TLS_KEY_FILE holds the key of another certificate than TLS_CERT_FILE"];
  if (owner > 0) {
    const which = `certificate ${owner + 1} fits TLS_KEY_FILE`;
    return [`TLS_CERT_FILE must begin with the server's own certificate: ${which}`];
  }
  try {
    createSecureContext(tlsOptions(material));
    return [];
  } catch (error) {
    // What OpenSSL says may quote the file.
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    return [`TLS_CERT_FILE and TLS_KEY_FILE are refused (${code})`];
  }
}

function readCertificates(name: string, text: string, faults: string[]): X509Certificate[] {
  const blocks = pemBlocks(name, text, faults);
  if (!blocks) return [];
  const found = blocks.filter(({ label }) => label.endsWith("CERTIFICATE"));
  if (found.length === 0) {
    const hasKey = blocks.some(({ label }) => label.endsWith("PRIVATE KEY"));
    const hint = name === "TLS_CERT_FILE" ? ": is it swapped with TLS_KEY_FILE?" : "";
    faults.push(
      `${name} holds ${hasKey ? `a private key and no certificate${hint}` : "no certificate"}`,
    );
  }
  return found.flatMap(({ pem }, i) => {
    try {
      return [new X509Certificate(pem)];
    } catch {
      faults.push(`${name}: certificate ${i + 1} cannot be read; ${CUT}`);
      return [];
    }
  });
}

function readKey(text: string, faults: string[]): KeyObject | undefined {
  const name = "TLS_KEY_FILE";
  const blocks = pemBlocks(name, text, faults);
  if (!blocks) return undefined;
  const found = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (!found) {
    const hasCertificate = blocks.some(({ label }) => label.endsWith("CERTIFICATE"));
    const what = "a certificate and no private key: is it swapped with TLS_CERT_FILE?";
    faults.push(`${name} holds ${hasCertificate ? what : "no private key"}`);
    return undefined;
  }
  if (found.label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(found.pem)) {
    const remedy = "`openssl pkey -in OLD -out NEW` writes one without";
    faults.push(
      `${name} holds a key with a passphrase, which the server cannot ask for: ${remedy}`,
    );
    return undefined;
  }
  try {
    return createPrivateKey(found.pem);
  } catch {
    faults.push(`${name}: the private key cannot be read; ${CUT}`);
    return undefined;
  }
}

function checkRevocationLists(text: string, faults: string[]): void {
  const name = "TLS_CLIENT_CRL_FILE";
  const blocks = pemBlocks(name, text, faults);
  if (!blocks) return;
  const lists = blocks.filter(({ label }) => label === "X509 CRL");
  if (lists.length === 0) faults.push(`${name} holds no revocation list (X509 CRL)`);
  for (const [i, { pem }] of lists.entries()) {
    try {
      createSecureContext({ crl: pem });
    } catch {
      faults.push(`${name}: revocation list ${i + 1} cannot be read; ${CUT}`);
    }
  }
}

/** The blocks of a file; undefined, and a fault, where there are none or one has no end. */
function pemBlocks(
  name: string,
  text: string,
  faults: string[],
): { label: string; pem: string }[] | undefined {
  const parts = text.split(/^-----BEGIN /m).slice(1);
  if (parts.length === 0) {
    faults.push(
      `${name} ${text.trim() === "" ? "is empty" : "is not PEM: it holds no -----BEGIN"}`,
    );
    return undefined;
  }
  const blocks = parts.flatMap((part) => {
    const label = /^([A-Z0-9 ]+)-----\s*$/m.exec(part)?.[1] ?? "";
    const end = part.indexOf(`-----END ${label}-----`);
    if (label === "" || end < 0) return [];
    return [{ label, pem: `-----BEGIN ${part.slice(0, end)}-----END ${label}-----\n` }];
  });
  if (blocks.length === parts.length) return blocks;
  faults.push(`${name}: a -----BEGIN has no -----END; ${CUT}`);
  return undefined;
}
