/** The server as a process, or as several: environment in, signals in, exit code out. */
import type { Logger } from "pino";
import type { RevocationAuthority } from "../revocation/authority.js";
import { NO_REGISTER } from "../revocation/register.js";
import { type ForkedWorker, forkWorker, joinPrimary, type Primary } from "./cluster.js";
import {
  type Config,
  ConfigError,
  configWarnings,
  type Env,
  loadConfig,
  readEnvironment,
} from "./config/index.js";
import { type Instance, type Listening, openInstance } from "./instance.js";
import { completeKey, isEphemeral } from "./keys.js";
import { type Log, logForm, openLog } from "./log.js";
import { type Reports, startMetricsServer } from "./metrics/metrics-server.js";
import { gatherReports, type ProcessReport } from "./metrics/report.js";
import { collectRevocations } from "./metrics/revocation-metrics.js";
import { printable } from "./printable.js";
import { endConnections } from "./rescue-connections.js";
import { joinAuthority, linkWorker, openAuthority } from "./revocations.js";
import { endOnSignal, onReload } from "./signals.js";
import { startupBanner } from "./startup-banner.js";
import { VERSION } from "./version.js";
import { type StartError, WorkerPool } from "./worker-pool.js";

/** EX_CONFIG of sysexits.h: the configuration is at fault. */
export const EXIT_CONFIG = 78;
/** How long calls in flight may take once the process is told to end, in milliseconds. */
const GRACE_MS = 10_000;

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
    if (config.revocations && !config.revocations.dataDir && !config.revocations.log) {
      log.logger.warn(
        "revocations are kept in memory: they end with this process (DATA_DIR keeps them)",
      );
    }
  };
  process.on("exit", () => log.writer.flushSync());
  if (primary) await runWorker(primary, config, log);
  else if (config.workers > 1) await runPrimary(settings, config, log, tellWarnings);
  else await runAlone(config, log, tellWarnings);
}

/** The whole server in this process. */
async function runAlone(config: Config, log: Log, tellWarnings: () => void): Promise<void> {
  const { logger } = log;
  const authority = await openAuthority(config, logger).catch(exitOnConfigError);
  const server = await openInstance(
    config,
    logger,
    authority ?? NO_REGISTER,
    process.geteuid?.(),
  ).catch(exitOnConfigError);
  onReload(process, config, logger, () => server.reload());
  // It would end the process: a rolling restart is what WORKERS makes possible.
  process.on("SIGUSR2", () => logger.warn("SIGUSR2 is ignored: WORKERS is 1"));
  endOnSignal(
    process,
    log,
    async () => {
      await closeServer(server, logger);
      await authority?.close();
    },
    () => {},
  );
  const listening = await listenOrExit(server, config);
  const own = async () => withRevocations(await server.report(), authority);
  await startMetrics(config, logger, () => Promise.all([own()]));
  tellWarnings();
  tellListening(listening, config, logger);
}

/** The processes that serve, and what becomes of them. */
async function runPrimary(
  settings: Env,
  config: Config,
  log: Log,
  tellWarnings: () => void,
): Promise<void> {
  const { logger } = log;
  const shared = completeKey(settings, config);
  const authority = await openAuthority(config, logger).catch(exitOnConfigError);
  const workers = new Set<ForkedWorker>();
  const pool = new WorkerPool({
    size: config.workers,
    fork(number) {
      const worker = forkWorker(number, shared);
      linkWorker(authority, worker, logger);
      workers.add(worker);
      worker.exited.then(() => workers.delete(worker));
      return worker;
    },
    logger,
    graceMs: GRACE_MS,
  });
  onReload(process, config, logger, () => pool.reload());
  process.on("SIGUSR2", () => pool.renew());
  endOnSignal(
    process,
    log,
    async () => {
      await endConnections();
      await pool.end();
      await authority?.close();
    },
    () => pool.kill(),
  );
  const listening = await pool.start().catch((error: StartError) => {
    // The worker has said why.
    pool.kill();
    process.exit(error.exit.code || 1);
  });
  if (!listening) return;
  await startMetrics(config, logger, async () => {
    const reports = await gatherReports([...workers].map((worker) => worker.report()));
    return reports.map((report, i) => (i === 0 ? withRevocations(report, authority) : report));
  });
  tellWarnings();
  tellListening(listening, config, logger);
}

/** One of the processes that serve. */
async function runWorker(primary: Primary, config: Config, log: Log): Promise<void> {
  const logger = log.logger.child({ worker: primary.number });
  // Terminals and service managers signal all processes of a group: the primary passes on what it is
  // to mean.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"]) process.on(signal, () => {});
  const register = await joinAuthority(config, primary);
  const server = await openInstance(config, logger, register, process.geteuid?.()).catch(
    exitOnConfigError,
  );
  const listening = await listenOrExit(server, config);
  primary.onReport(() => server.report());
  primary.onOrder(async (order) => {
    if (order === "reload") return server.reload();
    await closeServer(server, logger);
    await log.writer.end();
    process.exit(0);
  });
  primary.tellListening(listening);
}

/** Serves metrics where METRICS_PORT says so. Exits when the port cannot be had. */
async function startMetrics(
  { metricsPort, metricsHost }: Config,
  logger: Logger,
  reports: Reports,
): Promise<void> {
  if (metricsPort === undefined) return;
  try {
    const { address } = await startMetricsServer(reports, metricsPort, metricsHost);
    logger.info({ host: metricsHost, port: address.port }, "metrics");
  } catch (error) {
    const why = (error as Error).message;
    process.stderr.write(
      `cannot listen on METRICS_HOST ${metricsHost}, METRICS_PORT ${metricsPort}: ${why}\n`,
    );
    process.exit(EXIT_CONFIG);
  }
}

/** Revocations are known to the one process that owns them. */
function withRevocations(
  report: ProcessReport,
  authority: RevocationAuthority | undefined,
): ProcessReport {
  if (authority === undefined) return report;
  return { ...report, metrics: [...report.metrics, ...collectRevocations(authority)] };
}

function orExit<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    exitOnConfigError(error);
  }
}

function exitOnConfigError(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  // A path may hold what a terminal acts on; line breaks are ours alone.
  const lines = error.faults.map((fault) => `  ${printable(fault)}\n`);
  process.stderr.write(`configuration:\n${lines.join("")}`);
  process.exit(EXIT_CONFIG);
}

async function listenOrExit(server: Instance, { port, host }: Config): Promise<Listening> {
  try {
    return await server.listen();
  } catch (error) {
    // EADDRINUSE, EACCES, EADDRNOTAVAIL: HOST or PORT cannot be had.
    process.stderr.write(
      `cannot listen on HOST ${host}, PORT ${port}: ${(error as Error).message}\n`,
    );
    process.exit(EXIT_CONFIG);
  }
}

function tellListening({ url, keyId }: Listening, config: Config, logger: Logger): void {
  const ephemeral = isEphemeral(config);
  if (process.stdout.isTTY) {
    process.stdout.write(
      startupBanner({ url, keyId, ephemeral, console: config.console, pid: process.pid }),
    );
    return;
  }
  logger.info({ url, key_id: keyId, pid: process.pid, version: VERSION }, "listening");
  if (ephemeral) logger.warn("the key is ephemeral: its tokens end with this process");
}

async function closeServer(server: Instance, logger: Logger): Promise<void> {
  const forced = await server.close(GRACE_MS);
  logger.info({ forced }, "ended");
}
