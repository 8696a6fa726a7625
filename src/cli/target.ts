/** Whom the commands ask: a server, or a manager with the local key. Both have the same methods. */
import type { Command } from "commander";
import { createSecureTokenClient, type SecureTokenClient } from "../client/node.js";
import { SecureTokenManager } from "../core/index.js";
import {
  ConfigError,
  type LocalCommand,
  loadKeyConfig,
  readEnvironment,
} from "../server/config/index.js";
import { loadKeys } from "../server/keys.js";

/** Options that every command about tokens takes. */
export interface TargetOptions {
  /** Where the server is; without it, the key of SECRET_KEY and SALT or of KEYSET_FILE is used. */
  readonly server?: string;
  /** Whether to print JSON, for programs. */
  readonly json?: boolean;
}

/**
 * Opens the target of a command, lets `use` work with it, and closes it again.
 * @throws ConfigError when neither a server nor a whole local key is given.
 */
export async function withTarget<T>(
  command: Command,
  use: (target: SecureTokenManager | SecureTokenClient) => T | Promise<T>,
): Promise<T> {
  const { server } = command.optsWithGlobals<TargetOptions>();
  if (server === undefined) return use(await localManager(command.name()));
  const { settings } = readEnvironment(process.env, "remote");
  // An empty variable counts as unset.
  const apiKey = settings.SECURE_TOKEN_API_KEY || undefined;
  const client = createSecureTokenClient({ baseUrl: server, apiKey });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** A manager with the configured key: a made-up one would open no token that exists. */
async function localManager(command: string): Promise<SecureTokenManager> {
  const reader = command as LocalCommand;
  const { settings, warnings } = readEnvironment(process.env, reader);
  const config = loadKeyConfig(settings, reader);
  if (!config.keysetFile && (!config.secretKey || !config.salt)) {
    throw new ConfigError([
      "SECRET_KEY and SALT, or KEYSET_FILE, must be set, unless --server names a server",
      ...warnings,
    ]);
  }
  const keyset = await loadKeys(config, process.geteuid?.());
  const { defaultExpirationHours, maxSessionHours } = config;
  return new SecureTokenManager(keyset, { defaultExpirationHours, maxSessionHours });
}
