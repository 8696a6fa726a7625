/** Settings that change nothing beside others: whoever set both believes in one that is not in force. */
import type { ReadSettings } from "./settings.js";

/** A line for each; of no value. */
export function idleSettings({ values, given }: Pick<ReadSettings, "values" | "given">): string[] {
  const lines: string[] = [];
  const tell = (name: string, why: string) => {
    if (given.has(name)) lines.push(`${name} has no effect: ${why}`);
  };
  if (!values.REVOCATIONS) {
    const why = "REVOCATIONS is off, and no token can be revoked";
    for (const name of ["DATA_DIR", "REVOCATION_LOG"]) tell(name, why);
  } else if (!given.has("REVOCATION_LOG")) {
    for (const name of ["REVOCATION_LOG_REQUIRED", "REVOCATION_MAX_STALENESS"])
      tell(name, "REVOCATION_LOG is not set");
  }
  if (!given.has("METRICS_PORT")) {
    tell("METRICS_HOST", "METRICS_PORT is not set, and nothing is measured");
  }
  const waived = [
    ["ALLOW_ANONYMOUS", "CALLERS_FILE", "nobody calls without a credential"],
    ["ALLOW_PLAINTEXT", "TLS_CERT_FILE", "every connection is encrypted"],
    ["ALLOW_EPHEMERAL_KEY", "KEYSET_FILE", "no key is made up"],
  ] as const;
  for (const [waiver, name, fact] of waived) {
    if (values[waiver] && given.has(name)) tell(waiver, `${name} is set, and ${fact}`);
  }
  return lines;
}
