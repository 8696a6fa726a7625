/** Whom the commands ask: a server, or a manager with the local key. Both have the same methods. */
import type { Command } from "commander";
import type { SecureTokenClient } from "../client/node.js";
import { SecureTokenManager } from "../core/index.js";
import {
  ConfigError,
  type LocalCommand,
  loadKeyConfig,
  readEnvironment,
} from "../server/config/index.js";
import { loadKeys } from "../server/keys.js";
import { explainFailure } from "./call-failure.js";
import { openClient, type ServerOptions } from "./server-target.js";

/** Options that every command about tokens takes. */
export interface TargetOptions extends Partial<ServerOptions> {
  /** Whether to print JSON, for programs. */
  readonly json?: boolean;
}

/**
 * Opens the target of a command, lets `use` work with it, and closes it again.
 * @throws ConfigError when neither a server nor a whole local key is given; UsageError for options
 * that do not fit; CallFailure when the server cannot be asked.
 */
export async function withTarget<T>(
  command: Command,
  use: (target: SecureTokenManager | SecureTokenClient) => T | Promise<T>,
): Promise<T> {
  const { server, ...options } = command.optsWithGlobals<TargetOptions>();
  if (server === undefined) return use(await localManager(command.name()));
  const { client, asked } = openClient({ server, ...options });
  try {
    return await use(client);
  } catch (error) {
    throw explainFailure(error, asked);
  } finally {
    client.close();
  }
}

/** A manager with the configured key: a made-up one would open no token that exists. */
async function localManager(command: string): Promise<SecureTokenManager> {
  const reader = command as LocalCommand;
  const { settings, warnings, unread } = readEnvironment(process.env, reader);
  const config = loadKeyConfig(settings, reader, unread);
  if (!config.keysetFile && (!config.secretKey || !config.salt)) {
    throw new ConfigError([
      "SECRET_KEY and SALT, or KEYSET_FILE, must be set, unless --server names a server",
      ...warnings,
      ...unread,
    ]);
  }
  const keyset = await loadKeys(config, process.geteuid?.());
  const { defaultExpirationHours, maxSessionHours } = config;
  return new SecureTokenManager(keyset, { defaultExpirationHours, maxSessionHours });
}
