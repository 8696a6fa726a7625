/** What is made from files of the configuration, and follows them while a server runs. */
import type { Logger } from "pino";
import { ConfigError } from "./config/index.js";
import { type FileSnapshot, type WatchedFile, watchFile } from "./watched-file.js";

/** Something that is made from files. */
export interface FileSource<T> {
  /** For the log and for health: `callers_file`, `tls_files`, `keyset_file`. */
  readonly name: string;
  /** The files that it is made from, by the settings that name them. */
  readonly paths: Readonly<Record<string, string>>;
  /** Makes it, and warns of what is no fault; throws when a file is bad. */
  readonly load: (changed: FileSnapshot, warn: (text: string) => void) => T | Promise<T>;
  /** The largest file that is read, in bytes. Default 1 MiB. */
  readonly maxBytes?: number;
  /** What the log says of it. Default nothing but the name. */
  readonly describe?: (value: T) => object;
}

/** Who works with what is made. */
export interface Follower<T> {
  /** Puts a newer one in force. */
  readonly use: (value: T) => void;
  /** Tells whether what is in force is what the files say. */
  readonly setHealth: (name: string, inForce: boolean) => void;
}

/** Something that follows its files. */
export interface Followed<T> {
  /** As the files were at the start. */
  readonly value: T;
  /** Tells `follower` of the present state, and of every later one. */
  follow(follower: Follower<T>): void;
  /** Reads the files again, changed or not. */
  reload(): Promise<void>;
}

/**
 * Makes something from its files, and makes it anew whenever one of them changes. When that fails it
 * is logged, and what was made before stays in force.
 * @throws ConfigError when it cannot be made at the start.
 */
export async function followFiles<T>(
  { name, paths, load, maxBytes, describe }: FileSource<T>,
  logger: Logger,
): Promise<Followed<T>> {
  const followers: Follower<T>[] = [];
  const state: { value?: T; inForce: boolean } = { inForce: true };
  const watched: WatchedFile[] = [];
  // A start that fails tells its faults alone; each of several files may have warned of the same.
  const early = new Set<string>();
  const warn = (warning: string) => {
    if (followers.length === 0) early.add(warning);
    else logger.warn({ file: name, warning }, "configuration");
  };
  for (const [setting, path] of Object.entries(paths)) {
    const file = await watchFile(path, (changed) => load(changed, warn), {
      ...(maxBytes !== undefined && { maxBytes }),
      onLoaded(value) {
        for (const { use } of followers) use(value);
        Object.assign(state, { value, inForce: true });
        logger.info({ file: name, ...describe?.(value) }, "in force");
        for (const { setHealth } of followers) setHealth(name, true);
      },
      onFailed(error) {
        state.inForce = false;
        const { faults } = asConfigError(error, setting);
        logger.error({ file: name, faults }, "refused: what was in force before stays");
        for (const { setHealth } of followers) setHealth(name, false);
      },
    }).catch((error) => {
      throw asConfigError(error, setting);
    });
    watched.push(file);
  }
  return {
    value: state.value as T,
    follow(follower) {
      followers.push(follower);
      for (const warning of early) warn(warning);
      early.clear();
      follower.use(state.value as T);
      follower.setHealth(name, state.inForce);
    },
    async reload() {
      for (const file of watched) await file.reload();
    },
  };
}

/** A file that cannot be read is a fault of the setting; its message names the path alone. */
export function asConfigError(error: unknown, setting: string): ConfigError {
  if (error instanceof ConfigError) return error;
  return new ConfigError([`${setting} cannot be used: ${(error as Error).message}`]);
}
