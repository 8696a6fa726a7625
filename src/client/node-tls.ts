/** The TLS settings of a client for Node, checked before the first call needs them. */
import { X509Certificate } from "node:crypto";
import { type ConnectionOptions, createSecureContext } from "node:tls";

/** As OpenSSL finds them: at the start of a line. */
const BLOCKS = /^(?=\ufeff?-----BEGIN )/m;
const CERTIFICATE = /^\ufeff?-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const PRIVATE_KEY = /^\ufeff?-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/m;
const NOT_A_PATH = "give the text of a PEM file, not its path";

/**
 * Refuses `nodeOptions` that no connection can be made with. Node takes a `ca` without a certificate and
 * then trusts nobody; the other settings it looks at when it connects.
 * @throws TypeError naming the option, without quoting it.
 */
export function refuseUnusableTls(options: ConnectionOptions | undefined): void {
  if (options === undefined) return;
  for (const name of ["ca", "cert"] as const) requireCertificates(name, options[name]);
  for (const key of given(options.key)) {
    const pem = typeof key === "object" && "pem" in key ? key.pem : key;
    if (!PRIVATE_KEY.test(String(pem))) {
      throw new TypeError(`nodeOptions.key holds no private key: ${NOT_A_PATH}`);
    }
  }
  try {
    createSecureContext(options);
  } catch (error) {
    // What OpenSSL says may quote the file.
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const mismatch = code === "ERR_OSSL_X509_KEY_VALUES_MISMATCH";
    const what = mismatch ? "key is not that of cert" : `TLS cannot be set up with it (${code})`;
    throw new TypeError(`nodeOptions: ${what}`);
  }
}

function requireCertificates(name: "ca" | "cert", value: ConnectionOptions["ca"]): void {
  for (const text of given(value)) {
    const found = String(text)
      .split(BLOCKS)
      .filter((block) => CERTIFICATE.test(block));
    if (found.length === 0) {
      throw new TypeError(`nodeOptions.${name} holds no certificate: ${NOT_A_PATH}`);
    }
    if (!found.every(isReadable)) {
      throw new TypeError(`nodeOptions.${name} holds a certificate that cannot be read`);
    }
  }
}

/** The texts of an option; an empty list counts as one empty text, as Node then trusts nobody. */
function given<T>(value: T | readonly T[] | undefined): readonly (T | "")[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [value as T];
  return value.length === 0 ? [""] : (value as readonly T[]);
}

function isReadable(pem: string): boolean {
  try {
    return new X509Certificate(pem) !== undefined;
  } catch {
    return false;
  }
}
