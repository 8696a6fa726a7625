/** The one place of the library that reads the process. */
import {
  SecureTokenManager as CoreManager,
  type ManagerOptions,
  settingsFrom,
  TokenError,
} from "../core/index.js";

/** What a manager takes beside its settings. */
type Options = Omit<ManagerOptions, "defaultExpirationHours" | "maxSessionHours">;

/** Issues and checks tokens with a keyset. Every method is synchronous and touches nothing else. */
export class SecureTokenManager extends CoreManager {
  /**
   * A manager with the settings of the process's environment, as the Python library's
   * `SecureTokenManager()` takes them: SECRET_KEY and SALT, which must be set, and
   * DEFAULT_EXPIRATION_HOURS, MAX_SESSION_HOURS and PBKDF2_ITERATIONS. No key is made up, since nobody
   * else would have it. `.env` is not read: `node --env-file=.env` does that.
   * @throws TokenError naming the first setting that is missing or breaks its rule, never the value
   * of a secret.
   */
  static async fromEnvironment(options: Options = {}): Promise<SecureTokenManager> {
    const input = settingsFrom(process.env);
    requireSetting("SECRET_KEY", input.secretKey);
    requireSetting("SALT", input.salt);
    return SecureTokenManager.create(input, options);
  }
}

function requireSetting(name: string, value: unknown): void {
  if (value !== undefined) return;
  const message = `${name} must be set in the environment`;
  throw new TokenError(message, { reason: "SETTING_INVALID", field: name });
}
