/** Secure Token as a library: everything a program needs to issue and check tokens by itself. */
export type { Claims } from "./claims.js";
export { type Env, settingsFrom } from "./environment.js";
export {
  type ErrorReason,
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  type TokenErrorFacts,
  type TokenErrorKind,
  TokenExpiredError,
  type TokenSubject,
  toWireSpelling,
} from "./errors.js";
export type { JsonObject, JsonValue } from "./exact-json.js";
export {
  createKeyset,
  type DerivedKey,
  deriveKey,
  type KeySource,
  type KeyState,
  type Keyset,
  type KeysetKey,
} from "./keyset.js";
export type { ManagerOptions } from "./manager-options.js";
export type {
  BatchResult,
  CheckOptions,
  ExportedConfig,
  GenerateOptions,
  Introspection,
  IssuedToken,
  PermissionResult,
  RefreshedToken,
  RefreshOptions,
  TokenInfo,
  TokenState,
  ValidateOptions,
  ValidToken,
} from "./operations.js";
export type { RandomBytes } from "./primitives.js";
export {
  MAX_TARGETS,
  type PlannedRevocation,
  type RevocationOutcome,
  type RevocationTarget,
} from "./revocation-targets.js";
export {
  NOTHING_REVOKED,
  type Revocation,
  type RevocationCheck,
  type RevocationKind,
  revocationName,
  userKey,
} from "./revocations.js";
export { generateSalt, generateSecretKey, Secret } from "./secrets.js";
export { createSettings, type Settings, type SettingsInput } from "./settings.js";
export { type Clock, Duration, Instant, systemClock } from "./time.js";
export { SecureTokenManager } from "./token-manager.js";
export {
  validateExpiresHours,
  validatePermissions,
  validateSalt,
  validateSecretKey,
} from "./validators.js";
