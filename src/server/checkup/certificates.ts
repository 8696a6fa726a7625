/** Whether certificates are valid now, and for how long yet. */
import { X509Certificate } from "node:crypto";
import { type Finding, fault, ok, warning } from "./finding.js";

const DAY_MS = 86_400_000;
/** Certificates that end sooner are warned about, in days. */
const SOON_DAYS = 21;

/** A finding for each certificate of a PEM file that `setting` names. */
export function certificateFindings(setting: string, pem: string, now: number): Finding[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block, i) => {
    const { validFrom, validTo } = new X509Certificate(block);
    const which = `${setting}: certificate ${i + 1}`;
    const end = new Date(validTo);
    if (now < Date.parse(validFrom)) {
      return fault(`${which} is not valid before ${new Date(validFrom).toISOString()}`);
    }
    if (now > end.getTime()) return fault(`${which} has expired on ${end.toISOString()}: renew it`);
    const days = Math.floor((end.getTime() - now) / DAY_MS);
    const text = `${which} is valid for ${days} days yet`;
    return days < SOON_DAYS ? warning(`${text}: renew it`) : ok(text);
  });
}
