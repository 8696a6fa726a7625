/** Tells that a server listens: a person on a terminal, everybody else in the log. */
import type { Logger } from "pino";
import type { Config } from "./config/index.js";
import type { Listening } from "./instance.js";
import { isEphemeral } from "./keys.js";
import { startupBanner } from "./startup-banner.js";
import { VERSION } from "./version.js";

/** Writes the banner where standard output is a terminal, a line of the log elsewhere. */
export function tellListening(
  host: NodeJS.Process,
  { url, keyId }: Listening,
  config: Config,
  logger: Logger,
): void {
  const ephemeral = isEphemeral(config);
  if (host.stdout.isTTY) {
    host.stdout.write(
      startupBanner({ url, keyId, ephemeral, console: config.console, pid: host.pid }),
    );
    return;
  }
  logger.info({ url, key_id: keyId, pid: host.pid, version: VERSION }, "listening");
  if (ephemeral) logger.warn("the key is ephemeral: its tokens end with this process");
}
