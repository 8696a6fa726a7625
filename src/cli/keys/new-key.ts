/** A key for a keyset file: random, or the one that the settings name. */
import { type Command, Option } from "commander";
import { deriveKey, generateSalt, generateSecretKey, Secret } from "../../core/index.js";
import {
  DEFAULT_PBKDF2_ITERATIONS,
  MAX_PBKDF2_ITERATIONS,
  MIN_PBKDF2_ITERATIONS,
} from "../../core/settings.js";
import { ConfigError, loadKeyConfig, readEnvironment } from "../../server/config/index.js";
import type { FileKey } from "../../server/keyset-file.js";
import { decimalIn } from "../numbers.js";

/** Options of the commands that make a key. */
export interface NewKeyOptions {
  readonly iterations: number;
  readonly fromSettings?: boolean;
}

/** Adds the options of `newKey` to a command. */
export function withNewKeyOptions(command: Command): Command {
  return command
    .option(
      "--iterations <number>",
      "PBKDF2 iterations of a random key",
      decimalIn(MIN_PBKDF2_ITERATIONS, MAX_PBKDF2_ITERATIONS, true),
      DEFAULT_PBKDF2_ITERATIONS,
    )
    .addOption(
      new Option(
        "--from-settings",
        "take the key of SECRET_KEY, SALT and PBKDF2_ITERATIONS instead",
      ).conflicts("iterations"),
    );
}

/** Makes and derives a key. @throws TokenError, ConfigError for what the rules refuse. */
export async function newKey(
  { iterations, fromSettings }: NewKeyOptions,
  facts: Pick<FileKey, "state" | "createdAt" | "promotedAt">,
): Promise<FileKey> {
  const source = fromSettings ? settingsSource() : randomSource(iterations);
  const { keyId } = await deriveKey(source);
  return { keyId, ...source, secretKey: new Secret(source.secretKey), ...facts };
}

function randomSource(iterations: number) {
  return { secretKey: generateSecretKey(), salt: generateSalt(), iterations };
}

function settingsSource() {
  // KEYSET_FILE, which may name the file that is being made, is not among them.
  const { settings, unread } = readEnvironment(process.env, "keys");
  const config = loadKeyConfig(settings, "keys", unread);
  if (!config.secretKey || !config.salt) {
    throw new ConfigError(["SECRET_KEY and SALT must be set for --from-settings", ...unread]);
  }
  const { secretKey, salt, pbkdf2Iterations: iterations } = config;
  return { secretKey: secretKey.reveal(), salt, iterations };
}
