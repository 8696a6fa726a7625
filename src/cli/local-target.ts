/** The tokens of the local key. */
import { SecureTokenManager } from "../core/index.js";
import {
  ConfigError,
  type LocalCommand,
  loadKeyConfig,
  readEnvironment,
} from "../server/config/index.js";
import { loadKeys } from "../server/keys.js";

/** A manager with the configured key: a made-up one would open no token that exists. */
export async function localManager(reader: LocalCommand): Promise<SecureTokenManager> {
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
