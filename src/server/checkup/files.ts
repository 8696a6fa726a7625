/** The files of a configuration, read as a server reads them; every one, whatever is wrong with others. */
import type { CallerRow } from "../callers/caller-row.js";
import { type Config, ConfigError } from "../config/index.js";
import { callersSource, tlsSource } from "../files.js";
import { asConfigError, type FileSource } from "../followed-files.js";
import { keysetSource } from "../keys.js";
import { readSnapshot } from "../watched-file.js";
import { certificateFindings } from "./certificates.js";
import { type Finding, fault, ok, warning } from "./finding.js";
import { revocationListFindings } from "./revocation-lists.js";

/**
 * Reads CALLERS_FILE, the TLS files and KEYSET_FILE, and derives the keys of that.
 * `uid` is the user who would run the server; `now` is in milliseconds since 1970.
 */
export async function checkFiles(
  { callersFile, tlsFiles, keysetFile, allowReadable }: Config,
  uid: number | undefined,
  now: number,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (callersFile !== undefined) {
    const rows = await read(callersSource(callersFile), findings);
    if (rows) findings.push(...callerFindings(rows));
  }
  if (tlsFiles) {
    const material = await read(tlsSource(tlsFiles), findings);
    if (material) {
      findings.push(...certificateFindings("TLS_CERT_FILE", material.cert, now));
      const { clientCa = "", clientCrl = "" } = material;
      findings.push(...certificateFindings("TLS_CLIENT_CA_FILE", clientCa, now));
      findings.push(...revocationListFindings("TLS_CLIENT_CRL_FILE", clientCrl, now));
    }
  }
  if (keysetFile !== undefined) {
    const keyset = await read(keysetSource(keysetFile, { uid, allowReadable }), findings);
    if (keyset) {
      const keys = keyset.keys.map(({ keyId, state }) => `${keyId} (${state.toLowerCase()})`);
      findings.push(ok(`KEYSET_FILE holds ${keys.join(", ")}`));
    }
  }
  return findings;
}

/** What a source makes; undefined, and findings, when it cannot. */
async function read<T>(source: FileSource<T>, findings: Finding[]): Promise<T | undefined> {
  const [setting, path] = Object.entries(source.paths)[0] as [string, string];
  try {
    const file = await readSnapshot(path, source.maxBytes);
    return await source.load(file, (text) => findings.push(warning(text)));
  } catch (error) {
    const { faults } = error instanceof ConfigError ? error : asConfigError(error, setting);
    findings.push(...faults.map(fault));
    return undefined;
  }
}

function callerFindings(rows: readonly CallerRow[]): Finding[] {
  if (rows.length === 0) return [warning("CALLERS_FILE holds no caller: nobody may call")];
  const idle = rows.filter(({ rpcs, grants }) => rpcs.has("GenerateToken") && !grants);
  const keyless = rows.filter(({ apiKeys, certificateNames }) => {
    return apiKeys.length + certificateNames.length === 0;
  });
  return [
    ok(`CALLERS_FILE holds ${rows.length} caller${rows.length === 1 ? "" : "s"}`),
    ...idle.map(({ name }) =>
      warning(
        `CALLERS_FILE: ${name} may call GenerateToken and has no grants: it can issue nothing`,
      ),
    ),
    ...keyless.map(({ name }) =>
      warning(`CALLERS_FILE: ${name} has neither key nor certificate: nobody can be it`),
    ),
  ];
}
