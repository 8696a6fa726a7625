/** Whether the revocation lists of clients' certificates are current (RFC 5280, section 5.1.2). */
import { type Finding, fault, ok, warning } from "./finding.js";

const HOUR_MS = 3_600_000;
/** Lists that must be replaced sooner are warned about, in hours: most authorities make one every day, or every week. */
const SOON_HOURS = 12;
const BLOCKS = /-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----/g;
/** Tags of ASN.1 (X.690, section 8): an instant, with two or four digits of its year. */
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

/** A value of DER: its tag, and where its content lies. */
interface Value {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A finding for each list of a PEM file that `setting` names, in which OpenSSL has found lists. A list that is not
 * current makes every client of its authority nobody. `now` is in milliseconds since 1970.
 */
export function revocationListFindings(setting: string, pem: string, now: number): Finding[] {
  return [...pem.matchAll(BLOCKS)].map(([, text = ""], i) => {
    const which = `${setting}: revocation list ${i + 1}`;
    const [from = Number.NaN, until] = instantsOf(Buffer.from(text, "base64"));
    const effect = "no client of its authority is known by its certificate";
    if (Number.isNaN(from) || Number.isNaN(until ?? 0))
      return fault(`${which} has no readable dates: ${effect}`);
    if (now < from) return fault(`${which} holds from ${textOf(from)} on: until then ${effect}`);
    if (until === undefined) return ok(`${which} has no end`);
    if (now > until) return fault(`${which} has held until ${textOf(until)}: renew it, ${effect}`);
    const said = `${which} holds until ${textOf(until)}`;
    return until - now < SOON_HOURS * HOUR_MS ? warning(`${said}: renew it`) : ok(said);
  });
}

/** thisUpdate and, where there is one, nextUpdate of a CertificateList: the only instants that stand in its tbsCertList. */
function instantsOf(der: Buffer): number[] {
  const [list] = valuesOf(der, { start: 0, end: der.length });
  const [content] = list ? valuesOf(der, list) : [];
  return (content ? valuesOf(der, content) : []).flatMap(({ tag, start, end }) => {
    const text = der.toString("latin1", start, end);
    return tag === UTC_TIME || tag === GENERALIZED_TIME ? [instantOf(text)] : [];
  });
}

/** The values that follow each other in a content of DER. */
function valuesOf(der: Buffer, { start, end }: Pick<Value, "start" | "end">): Value[] {
  const values: Value[] = [];
  for (let at = start; at + 2 <= end; ) {
    const first = der[at + 1] as number;
    const octets = first < 0x80 ? 0 : first & 0x7f;
    const from = at + 2 + octets;
    // No file is as long as five octets tell.
    if (octets > 4 || from > end) break;
    const length = octets === 0 ? first : der.readUIntBE(at + 2, octets);
    values.push({ tag: der[at] as number, start: from, end: Math.min(end, from + length) });
    at = from + length;
  }
  return values;
}

/** YYMMDDhhmmssZ or YYYYMMDDhhmmssZ; two digits are of the years 1950 to 2049 (RFC 5280, section 4.1.2.5.1). */
function instantOf(text: string): number {
  const digits = text.slice(0, -1);
  const short = digits.length === 12;
  const whole = short ? `${Number(digits.slice(0, 2)) < 50 ? 20 : 19}${digits}` : digits;
  return Date.parse(whole.replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3T$4:$5:$6Z"));
}

function textOf(instant: number): string {
  return new Date(instant).toISOString();
}
