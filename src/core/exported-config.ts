/** How a manager makes tokens, without any byte of a key. */
import { TOKEN_VERSION } from "./claims.js";
import type { Keyset } from "./keyset.js";
import type { ExportedConfig } from "./operations.js";

/** What may be told of a keyset and of the lifetime of a token that names none, in hours. */
export function describeConfig(
  { primary, keys }: Keyset,
  defaultExpirationHours: number,
): ExportedConfig {
  return {
    algorithm: "Fernet-PBKDF2-SHA256",
    version: TOKEN_VERSION,
    iterations: primary.iterations,
    salt: primary.salt,
    defaultExpirationHours,
    keys: keys.map(({ keyId, state }) => ({ keyId, state })),
  };
}
