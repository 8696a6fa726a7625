/** A server of several processes: the primary, which holds the port, and the workers, which serve. */
import { closeInstance, GRACE_MS } from "./close-instance.js";
import { forkWorker, type Primary } from "./cluster.js";
import type { Config, Env } from "./config/index.js";
import { openInstance } from "./instance.js";
import { completeKey } from "./keys.js";
import type { Log } from "./log.js";
import { primaryReport } from "./metrics/primary-report.js";
import { WorkerReports } from "./metrics/worker-reports.js";
import { endConnections } from "./rescue-connections.js";
import { joinAuthority, linkWorker, openAuthority } from "./revocations.js";
import { endOnSignal, onReload } from "./signals.js";
import { exitOnConfigError, listenOrExit, startMetrics } from "./start-or-exit.js";
import { tellListening } from "./tell-listening.js";
import { WorkerPool } from "./worker-pool.js";
import type { StartError } from "./worker-start.js";

/**
 * Starts the workers, and decides what becomes of them; settles once they listen.
 *
 * @param settings what the workers run with
 * @param tellWarnings is called once nothing keeps the server from starting
 */
export async function runPrimary(
  host: NodeJS.Process,
  settings: Env,
  config: Config,
  log: Log,
  tellWarnings: () => void,
): Promise<void> {
  const { logger } = log;
  const shared = completeKey(settings, config);
  const authority = await openAuthority(config, logger).catch((error) =>
    exitOnConfigError(host, error),
  );
  const reports = new WorkerReports();
  const pool = new WorkerPool({
    size: config.workers,
    fork(number) {
      const worker = forkWorker(number, shared);
      linkWorker(authority, worker, logger);
      reports.add(worker);
      return worker;
    },
    logger,
    graceMs: GRACE_MS,
  });
  onReload(host, config, logger, () => pool.reload());
  host.on("SIGUSR2", () => pool.renew());
  endOnSignal(
    host,
    log,
    async () => {
      await pool.end(endConnections());
      await authority?.close();
    },
    () => pool.kill(),
  );
  const listening = await pool.start().catch((error: StartError) => {
    // The worker has said why.
    pool.kill();
    host.exit(error.exit.code || 1);
  });
  if (!listening) return;
  await startMetrics(host, config, logger, async () => [
    primaryReport(authority, pool.crashes),
    ...(await reports.gather()),
  ]);
  tellWarnings();
  tellListening(host, listening, config, logger);
}

/** Serves, and does what the primary says. */
export async function runWorker(
  host: NodeJS.Process,
  primary: Primary,
  config: Config,
  log: Log,
): Promise<void> {
  const logger = log.logger.child({ worker: primary.number });
  // Terminals and service managers signal all processes of a group: the primary passes on what it is
  // to mean.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"]) host.on(signal, () => {});
  const register = await joinAuthority(config, primary);
  const server = await openInstance(config, logger, register, host.geteuid?.()).catch((error) =>
    exitOnConfigError(host, error),
  );
  const listening = await listenOrExit(host, server, config);
  primary.onReport(() => server.report());
  primary.onOrder(async (order) => {
    if (order === "reload") return server.reload();
    await closeInstance(server, logger);
    await primary.tellReport();
    await log.writer.end();
    host.exit(0);
  });
  primary.tellListening(listening);
}
