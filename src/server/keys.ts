/** The keyset that a server works with, derived from its configuration. */
import type { Logger } from "pino";
import {
  createKeyset,
  deriveKey,
  generateSalt,
  generateSecretKey,
  type Keyset,
} from "../core/index.js";
import type { Config, Env } from "./config.js";
import { createKeysetLoader } from "./derive-keyset.js";
import { MAX_KEYSET_BYTES } from "./keyset-file.js";
import { readSnapshot } from "./watched-file.js";
import { asConfigError, type WatchedKeyset, watchKeyset } from "./watched-keyset.js";

/** A keyset, and the file that it comes from. */
export interface ServerKeys {
  readonly keyset: Keyset;
  /** KEYSET_FILE, where it is set. */
  readonly file?: WatchedKeyset;
}

/**
 * The keys of KEYSET_FILE, which is watched from now on, or the one of SECRET_KEY and SALT.
 * @throws ConfigError when the file cannot be used.
 */
export async function openKeys(config: Config, logger: Logger): Promise<ServerKeys> {
  if (config.keysetFile === undefined) return loadKeys(config);
  const file = await watchKeyset(config.keysetFile, logger);
  return { keyset: file.keyset, file };
}

/**
 * The configured keys as they are now; what is not configured is made up.
 * @throws ConfigError when KEYSET_FILE cannot be used.
 */
export async function loadKeys(config: Config): Promise<ServerKeys> {
  if (config.keysetFile !== undefined) {
    return { keyset: await readKeyset(config.keysetFile) };
  }
  const key = await deriveKey({
    secretKey: config.secretKey?.reveal() ?? generateSecretKey(),
    salt: config.salt ?? generateSalt(),
    iterations: config.pbkdf2Iterations,
  });
  return {
    keyset: createKeyset([{ ...key, state: "PRIMARY" }]),
  };
}

/** Settings with a key for all who are to share one: what `config` was read without is made up. */
export function completeKey(settings: Env, config: Config): Env {
  if (!isEphemeral(config)) return settings;
  const salt = config.salt ?? generateSalt();
  return {
    ...settings,
    SECRET_KEY: config.secretKey?.reveal() ?? generateSecretKey(),
    SALT: `base64:${Buffer.from(salt).toString("base64")}`,
  };
}

/** Whether a part of the key has to be made up. */
export function isEphemeral({ keysetFile, secretKey, salt }: Config): boolean {
  return keysetFile === undefined && !(secretKey && salt);
}

async function readKeyset(path: string): Promise<Keyset> {
  try {
    return await createKeysetLoader()(await readSnapshot(path, MAX_KEYSET_BYTES));
  } catch (error) {
    throw asConfigError(error);
  }
}
