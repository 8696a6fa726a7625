/** What signals mean to a server. */
import type { Logger } from "pino";
import type { Config } from "./config/index.js";
import { hasFiles } from "./instance.js";
import type { Log } from "./log.js";

/**
 * How soon after the first signal to end another is taken for the same one, in milliseconds: a terminal
 * and a service manager signal a whole group of processes, and npm passes its own copy on.
 */
const COPY_MS = 500;

/** SIGHUP never ends a server, not even one that has no file to read again. */
export function onReload(
  host: NodeJS.Process,
  config: Config,
  logger: Logger,
  reload: () => unknown,
): void {
  host.on("SIGHUP", () => {
    if (hasFiles(config)) reload();
    else logger.warn("SIGHUP is ignored: no file is configured");
  });
}

/**
 * At the first SIGTERM or SIGINT all calls finish; at the second, from `COPY_MS` later on, `cut` ends
 * whatever else there is, and the process ends at once.
 */
export function endOnSignal(
  host: NodeJS.Process,
  { logger, writer }: Log,
  finish: () => Promise<void>,
  cut: () => void,
): void {
  let endingSince: number | undefined;
  const end = async (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (endingSince !== undefined) {
      if (now - endingSince < COPY_MS) return;
      cut();
      // By the signal itself: an exit in order waits for a log that nobody reads.
      host.off("SIGTERM", end);
      host.off("SIGINT", end);
      host.kill(host.pid, signal);
      return;
    }
    endingSince = now;
    logger.info({ signal }, "ending: calls in flight finish, a second signal ends at once");
    await finish();
    // An exit in order would wait for the thread that hangs.
    if (!(await writer.end())) host.kill(host.pid, "SIGKILL");
    host.exit(0);
  };
  host.on("SIGTERM", end);
  host.on("SIGINT", end);
}
