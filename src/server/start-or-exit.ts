/** Parts of a start that end the process where the configuration is at fault. */
import type { Logger } from "pino";
import { type Config, ConfigError, EXIT_CONFIG } from "./config/index.js";
import type { Instance, Listening } from "./instance.js";
import { type Reports, startMetricsServer } from "./metrics/metrics-server.js";
import { printable } from "./printable.js";

/** Tells every fault of a `ConfigError`, and ends the process. @throws any other error as it is */
export function exitOnConfigError(host: NodeJS.Process, error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  // A path may hold what a terminal acts on; line breaks are ours alone.
  const lines = error.faults.map((fault) => `  ${printable(fault)}\n`);
  host.stderr.write(`configuration:\n${lines.join("")}`);
  host.exit(EXIT_CONFIG);
}

/** Listens on HOST and PORT. Ends the process where they cannot be had: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
export async function listenOrExit(
  host: NodeJS.Process,
  server: Instance,
  config: Config,
): Promise<Listening> {
  try {
    return await server.listen();
  } catch (error) {
    const why = (error as Error).message;
    host.stderr.write(`cannot listen on HOST ${config.host}, PORT ${config.port}: ${why}\n`);
    host.exit(EXIT_CONFIG);
  }
}

/** Serves metrics where METRICS_PORT says so. Ends the process where the port cannot be had. */
export async function startMetrics(
  host: NodeJS.Process,
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
    host.stderr.write(
      `cannot listen on METRICS_HOST ${metricsHost}, METRICS_PORT ${metricsPort}: ${why}\n`,
    );
    host.exit(EXIT_CONFIG);
  }
}
