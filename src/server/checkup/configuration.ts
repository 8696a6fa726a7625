/** Examines a configuration as a server reads it, without opening a port. */
import { availableParallelism } from "node:os";
import { DEFAULT_PBKDF2_ITERATIONS } from "../../core/settings.js";
import {
  type Config,
  ConfigError,
  configWarnings,
  type Env,
  isLoopback,
  loadConfig,
  readEnvironment,
} from "../config/index.js";
import { loadConsole } from "../console-assets.js";
import { isEphemeral } from "../keys.js";
import { checkFiles } from "./files.js";
import { type Finding, fault, ok, warning } from "./finding.js";
import { dataDirFindings, logUrlFindings } from "./revocations.js";

/** What was examined and found. */
export interface Checkup {
  readonly findings: readonly Finding[];
  /** The configuration; undefined where the settings have faults. */
  readonly config: Config | undefined;
}

/**
 * Reads the settings of `serve`, `.env` among them, and every file that they name. `uid` is the user
 * who would run the server; `now` is in milliseconds since 1970.
 */
export async function checkConfiguration(
  own: Env,
  uid: number | undefined,
  now: number,
): Promise<Checkup> {
  try {
    const { settings, warnings, unread } = readEnvironment(own, "serve", undefined, uid);
    const findings = [...warnings, ...unread].map(warning);
    const config = loadConfig(settings, unread);
    const given = `HOST ${config.host}, PORT ${config.port}`;
    findings.push(ok(`settings are right (${given})`), ...remarks(config));
    findings.push(...(await checkFiles(config, uid, now)), ...(await dataDirFindings(config)));
    findings.push(...(await logUrlFindings(config)));
    findings.push(...configWarnings(config, uid).map(warning));
    return { findings, config };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { findings: error.faults.map(fault), config: undefined };
  }
}

/** What is no fault, and what whoever runs the server should know. */
function remarks(config: Config): Finding[] {
  const found: Finding[] = [];
  if (isEphemeral(config)) {
    found.push(
      warning(
        "SECRET_KEY or SALT is not set: tokens end with the process (generate-key makes one)",
      ),
    );
  }
  if (!config.keysetFile && config.pbkdf2Iterations < DEFAULT_PBKDF2_ITERATIONS) {
    const why = `fewer than ${DEFAULT_PBKDF2_ITERATIONS} make a weak key easier to guess`;
    found.push(warning(`PBKDF2_ITERATIONS is ${config.pbkdf2Iterations}: ${why}`));
  }
  if (config.callersFile === undefined) {
    found.push(warning("CALLERS_FILE is not set: whoever reaches the port may do everything"));
  }
  if (!isLoopback(config.host)) {
    if (!config.tlsFiles) {
      found.push(
        warning("ALLOW_PLAINTEXT is on: tokens and API keys are in the clear up to the proxy"),
      );
    }
    if (config.reflection) found.push(warning("REFLECTION is on: anyone may read the schema"));
    if (config.console) found.push(warning("CONSOLE is on: anyone may open the page"));
  }
  const cores = availableParallelism();
  if (config.workers > cores) {
    found.push(
      warning(`WORKERS is ${config.workers}, more than the ${cores} cores of this machine`),
    );
  }
  if (config.console && loadConsole().size === 0) {
    found.push(warning("CONSOLE is on, and the console is not built: npm run build"));
  }
  return found;
}
