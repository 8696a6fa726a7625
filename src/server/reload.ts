/** Files of the configuration that are put in force again when they change, and on SIGHUP. */
import type { Logger } from "pino";
import { type FileSnapshot, type WatchedFile, watchFile } from "./watched-file.js";

/** Something that is made from files. */
export interface Reloadable {
  /** For the log and for health: `callers_file`, `tls_files`. */
  readonly name: string;
  /** The files that it is made from. */
  readonly paths: readonly string[];
  /** Reads the files and puts them in force; throws, and leaves all as it was, when they are bad. */
  readonly load: (changed: FileSnapshot) => void | Promise<void>;
}

/** Where it is told how a reload went. */
export interface ReloadReport {
  readonly logger: Logger;
  /** Whether what is in force is what the files say. */
  readonly setHealth: (name: string, inForce: boolean) => void;
}

/** Watches everything. The answer reloads all at once, changed or not. */
export async function watchReloadables(
  reloadables: readonly Reloadable[],
  { logger, setHealth }: ReloadReport,
): Promise<() => Promise<void>> {
  const watched: WatchedFile[] = [];
  for (const { name, paths, load } of reloadables) {
    const handlers = {
      onLoaded() {
        logger.info({ file: name }, "in force");
        setHealth(name, true);
      },
      onFailed(error: unknown) {
        // The message names settings and rules; an error's other properties may hold more.
        const why = error instanceof Error ? error.message : String(error);
        logger.error({ file: name, why }, "refused: what was in force before stays");
        setHealth(name, false);
      },
    };
    for (const path of paths) watched.push(await watchFile(path, load, handlers));
  }
  return async () => {
    for (const file of watched) await file.reload();
  };
}
