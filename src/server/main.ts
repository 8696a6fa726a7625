/** The server as a process, or as several: environment in, signals in, exit code out. */
import { joinPrimary } from "./cluster.js";
import { configWarnings, type Env, loadConfig, readEnvironment } from "./config/index.js";
import { isEphemeral } from "./keys.js";
import { logForm, openLog } from "./log.js";
import { runAlone } from "./run-alone.js";
import { runPrimary, runWorker } from "./run-workers.js";
import { exitOnConfigError } from "./start-or-exit.js";

/**
 * Runs a server until SIGTERM or SIGINT; see `endOnSignal`. With WORKERS this process
 * is the primary, which holds the port and runs itself again for each worker. `overrides` are settings
 * of the command line, which go before the environment.
 */
export async function runServer(overrides: Env = {}): Promise<void> {
  // Protobuf's JavaScript maps are plain objects: without this accessor, a member of a Struct that
  // is named "__proto__" is an ordinary member, and no input can reach a prototype.
  Reflect.deleteProperty(Object.prototype, "__proto__");
  const primary = await joinPrimary(process.env);
  const user = process.geteuid?.();
  const { settings, warnings, unread } = primary
    ? { settings: primary.settings, warnings: [], unread: [] }
    : orExit(() => readEnvironment({ ...process.env, ...overrides }, "serve", undefined, user));
  const config = orExit(() => loadConfig(settings, unread));
  const isTerminal = process[config.logDestination].isTTY === true;
  const log = openLog(config.logLevel, logForm(config, isTerminal, process.env.NO_COLOR));
  // A key that is made up may be one that was to be read.
  const ofKey = isEphemeral(config) ? unread : [];
  const told = [...warnings, ...ofKey, ...configWarnings(config, user)];
  // A start that fails tells its faults alone.
  const tellWarnings = () => {
    for (const warning of told) log.logger.warn({ warning }, "settings");
  };
  process.on("exit", () => log.writer.flushSync());
  if (primary) await runWorker(process, primary, config, log);
  else if (config.workers > 1) await runPrimary(process, settings, config, log, tellWarnings);
  else await runAlone(process, config, log, tellWarnings);
}

function orExit<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    exitOnConfigError(process, error);
  }
}
