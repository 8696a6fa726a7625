/** PEM texts (RFC 7468) that a setting or an option names: what is wrong with them, in words of our own. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";

/** Messages that more than one fault uses. */
const CUT = "is it written to its end?";

/** A text, and the setting or option that names its file. */
export interface NamedText {
  /** How messages call it: `TLS_CERT_FILE`, `--cert`. */
  readonly name: string;
  readonly text: string;
  /** The name of the other half of a certificate and its key, which it may have been swapped with. */
  readonly other?: string;
}

/** The certificates of a text, of which there must be one. Faults are added to `faults`. */
export function readCertificates(source: NamedText, faults: string[]): X509Certificate[] {
  const { name, other } = source;
  const blocks = pemBlocks(source, faults);
  if (!blocks) return [];
  const found = blocks.filter(({ label }) => label.endsWith("CERTIFICATE"));
  if (found.length === 0) {
    const hasKey = blocks.some(({ label }) => label.endsWith("PRIVATE KEY"));
    const what = `a private key and no certificate${swapHint(other)}`;
    faults.push(`${name} holds ${hasKey ? what : "no certificate"}`);
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

/** The first private key of a text. Faults are added to `faults`. */
export function readPrivateKey(source: NamedText, faults: string[]): KeyObject | undefined {
  const { name, other } = source;
  const blocks = pemBlocks(source, faults);
  if (!blocks) return undefined;
  const found = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (!found) {
    const hasCertificate = blocks.some(({ label }) => label.endsWith("CERTIFICATE"));
    const what = `a certificate and no private key${swapHint(other)}`;
    faults.push(`${name} holds ${hasCertificate ? what : "no private key"}`);
    return undefined;
  }
  if (found.label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(found.pem)) {
    const remedy = "`openssl pkey -in OLD -out NEW` writes one without";
    faults.push(`${name} holds a key with a passphrase, which nobody is asked for: ${remedy}`);
    return undefined;
  }
  try {
    return createPrivateKey(found.pem);
  } catch {
    faults.push(`${name}: the private key cannot be read; ${CUT}`);
    return undefined;
  }
}

/** Whether a text has a private key in it, whatever it is named for. */
export function holdsPrivateKey(text: string): boolean {
  return /^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(text);
}

/** Whether the first of the certificates is that of the key; else the fault. */
export function pairFault(
  certificates: readonly X509Certificate[],
  privateKey: KeyObject,
  names: { readonly cert: string; readonly key: string },
): string | undefined {
  const { cert, key } = names;
  const owner = certificates.findIndex((one) => one.checkPrivateKey(privateKey));
  if (owner < 0) return `${key} holds the key of another certificate than ${cert}`;
  if (owner === 0) return undefined;
  return `${cert} must begin with the certificate of ${key}, which is certificate ${owner + 1} in it`;
}

/** Adds the faults of a text of revocation lists to `faults`. */
export function checkRevocationLists(source: NamedText, faults: string[]): void {
  const { name } = source;
  const blocks = pemBlocks(source, faults);
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

function swapHint(other: string | undefined): string {
  return other === undefined ? "" : `: is it swapped with ${other}?`;
}

/** The blocks of a text; undefined, and a fault, where there are none or one has no end. */
function pemBlocks(
  { name, text }: NamedText,
  faults: string[],
): { label: string; pem: string }[] | undefined {
  const parts = text.split(/^-----BEGIN /m).slice(1);
  if (parts.length === 0) {
    const isWide = /-\0-\0-/.test(text);
    const what = isWide ? "is UTF-16: save it as UTF-8" : "is not PEM: it holds no -----BEGIN";
    faults.push(`${name} ${text.trim() === "" ? "is empty" : what}`);
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
