/** What a server should be told of its configuration though it is no fault. */
import type { Config } from "./config.js";
import { ownerWarnings } from "./file-owners.js";
import { openFolderWarnings } from "./open-folders.js";

/**
 * One line each, for the log at start and for the checks of a configuration.
 *
 * @param user the user of this process; undefined where there are no user ids
 */
export function configWarnings(config: Config, user: number | undefined): string[] {
  return [
    ...openFolderWarnings(config),
    ...ownerWarnings(config, user),
    ...hostWarnings(config),
    ...revocationWarnings(config),
  ];
}

/** A key outlives its server, and what was revoked would not. */
function revocationWarnings({ revocations }: Config): string[] {
  if (revocations === undefined || revocations.dataDir !== undefined || revocations.log) return [];
  return ["DATA_DIR is not set: revocations are kept in memory, and end with the server"];
}

/** Without callers a browser's page needs nothing but a name under which the server answers. */
function hostWarnings({ callersFile, allowedHosts }: Config): string[] {
  if (callersFile !== undefined || allowedHosts !== undefined) return [];
  return [
    "ALLOWED_HOSTS is not set and ALLOW_ANONYMOUS is on: the server answers under any name, so a page that moves its name to this address (DNS rebinding) may call everything from a browser that reaches it. Set ALLOWED_HOSTS to the names in use, or CALLERS_FILE",
  ];
}
