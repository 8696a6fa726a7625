/** The keyset that a server works with, derived from its configuration. */
import {
  createKeyset,
  deriveKey,
  generateSalt,
  generateSecretKey,
  type Keyset,
} from "../core/index.js";
import type { Env, KeyConfig } from "./config/index.js";
import { createKeysetLoader } from "./derive-keyset.js";
import type { KeysetTrust } from "./file-access.js";
import { asConfigError, type FileSource } from "./followed-files.js";
import { MAX_KEYSET_BYTES } from "./keyset-file.js";
import { readSnapshot } from "./watched-file.js";

/** What KEYSET_FILE makes: its keys, each derived once however often the file is read again. */
export function keysetSource(path: string, trust: KeysetTrust): FileSource<Keyset> {
  return {
    name: "keyset_file",
    paths: { KEYSET_FILE: path },
    load: createKeysetLoader(trust),
    maxBytes: MAX_KEYSET_BYTES,
    describe: ({ keys }) => ({ keys: keys.map(({ keyId, state }) => ({ key_id: keyId, state })) }),
  };
}

/**
 * The configured keys as they are now; what is not configured is made up. `uid` is the user of this
 * process, to whom or to root a keyset file must belong.
 * @throws ConfigError when KEYSET_FILE cannot be used.
 */
export async function loadKeys(config: KeyConfig, uid?: number): Promise<Keyset> {
  const { keysetFile, allowReadable } = config;
  if (keysetFile !== undefined) return readKeyset(keysetFile, { uid, allowReadable });
  const key = await deriveKey({
    secretKey: config.secretKey?.reveal() ?? generateSecretKey(),
    salt: config.salt ?? generateSalt(),
    iterations: config.pbkdf2Iterations,
  });
  return createKeyset([{ ...key, state: "PRIMARY" }]);
}

/** Settings with a key for all who are to share one: what `config` was read without is made up. */
export function completeKey(settings: Env, config: KeyConfig): Env {
  if (!isEphemeral(config)) return settings;
  const salt = config.salt ?? generateSalt();
  return {
    ...settings,
    SECRET_KEY: config.secretKey?.reveal() ?? generateSecretKey(),
    SALT: `base64:${Buffer.from(salt).toString("base64")}`,
  };
}

/** Whether a part of the key has to be made up. */
export function isEphemeral({ keysetFile, secretKey, salt }: KeyConfig): boolean {
  return keysetFile === undefined && !(secretKey && salt);
}

async function readKeyset(path: string, trust: KeysetTrust): Promise<Keyset> {
  try {
    return await createKeysetLoader(trust)(await readSnapshot(path, MAX_KEYSET_BYTES));
  } catch (error) {
    throw asConfigError(error, "KEYSET_FILE");
  }
}
