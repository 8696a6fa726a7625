/** The whole server in one process. */
import { NO_REGISTER } from "../revocation/register.js";
import { closeInstance } from "./close-instance.js";
import type { Config } from "./config/index.js";
import { openInstance } from "./instance.js";
import type { Log } from "./log.js";
import { primaryReport } from "./metrics/primary-report.js";
import { openAuthority } from "./revocations.js";
import { endOnSignal, onReload } from "./signals.js";
import { exitOnConfigError, listenOrExit, startMetrics } from "./start-or-exit.js";
import { tellListening } from "./tell-listening.js";

/** Runs it; settles once it listens. @param tellWarnings is called once nothing keeps the server from starting */
export async function runAlone(
  host: NodeJS.Process,
  config: Config,
  log: Log,
  tellWarnings: () => void,
): Promise<void> {
  const { logger } = log;
  const atFault = (error: unknown) => exitOnConfigError(host, error);
  const authority = await openAuthority(config, logger).catch(atFault);
  const register = authority ?? NO_REGISTER;
  const server = await openInstance(config, logger, register, host.geteuid?.()).catch(atFault);
  onReload(host, config, logger, () => server.reload());
  // It would end the process: a rolling restart is what WORKERS makes possible.
  host.on("SIGUSR2", () => logger.warn("SIGUSR2 is ignored: WORKERS is 1"));
  endOnSignal(
    host,
    log,
    async () => {
      await closeInstance(server, logger);
      await authority?.close();
    },
    () => {},
  );
  const listening = await listenOrExit(host, server, config);
  await startMetrics(host, config, logger, async () => [
    primaryReport(authority, 0),
    await server.report(),
  ]);
  tellWarnings();
  tellListening(host, listening, config, logger);
}
