/** KEYSET_FILE while a server runs: a manager follows it, the log and the health tell of it. */
import type { Logger } from "pino";
import type { Keyset, SecureTokenManager } from "../core/index.js";
import { ConfigError } from "./config.js";
import { createKeysetLoader } from "./derive-keyset.js";
import { MAX_KEYSET_BYTES } from "./keyset-file.js";
import { type WatchedFile, watchFile } from "./watched-file.js";

/** The name that grpc.health.v1 knows the file by. */
export const KEYSET_HEALTH = "keyset_file";

/** Who must know of a change. */
export interface KeysetFollower {
  readonly manager: Pick<SecureTokenManager, "useKeyset">;
  /** Tells whether the keys in use are those of the file as it is now. */
  readonly setCurrent: (current: boolean) => void;
}

/** A keyset file under watch. */
export interface WatchedKeyset extends WatchedFile {
  /** The keys at the start. */
  readonly keyset: Keyset;
  /** Tells `follower` of the present state, and of every later one. */
  follow(follower: KeysetFollower): void;
}

/**
 * Loads a keyset file and keeps watching it. A bad new file is logged, and the keys loaded before
 * stay in use.
 * @throws ConfigError when the first load fails.
 */
export async function watchKeyset(path: string, logger: Logger): Promise<WatchedKeyset> {
  const followers: KeysetFollower[] = [];
  const state: { keyset?: Keyset; current: boolean } = { current: true };
  const tell = ({ manager, setCurrent }: KeysetFollower) => {
    manager.useKeyset(state.keyset as Keyset);
    setCurrent(state.current);
  };
  const file = await watchFile(path, createKeysetLoader(), {
    maxBytes: MAX_KEYSET_BYTES,
    onLoaded(loaded) {
      state.keyset = loaded;
      state.current = true;
      const keys = loaded.keys.map(({ keyId, state }) => ({ key_id: keyId, state }));
      logger.info({ keys }, "keyset file loaded");
      followers.forEach(tell);
    },
    onFailed(error) {
      state.current = false;
      const { faults } = asConfigError(error);
      logger.error({ faults }, "keyset file refused: the keys loaded before stay in use");
      followers.forEach(tell);
    },
  }).catch((error) => {
    throw asConfigError(error);
  });
  return {
    ...file,
    keyset: state.keyset as Keyset,
    follow(follower) {
      followers.push(follower);
      tell(follower);
    },
  };
}

/** A file that cannot be read is a fault of the setting; its message names the path alone. */
export function asConfigError(error: unknown): ConfigError {
  if (error instanceof ConfigError) return error;
  return new ConfigError([`KEYSET_FILE cannot be used: ${(error as Error).message}`]);
}
