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
  return [...openFolderWarnings(config), ...ownerWarnings(config, user)];
}
