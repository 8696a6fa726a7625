/** What every entry point of the client gives beside its own way to connect. */
export type { ApiKey } from "./api-key.js";
export {
  CallerRefusedError,
  RateExceededError,
  ServiceUnavailableError,
} from "./call-errors.js";
export type { CallHook, EndedCall } from "./call-hook.js";
export type { ConnectionFault } from "./connection-fault.js";
export { fromConnectError } from "./error-details.js";
export {
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  type TokenErrorFacts,
  type TokenErrorKind,
  TokenExpiredError,
} from "./errors.js";
export type { JsonObject, JsonValue } from "./exact-json.js";
export type {
  BatchResult,
  CallOptions,
  CheckOptions,
  Claims,
  ExportedConfig,
  GenerateOptions,
  Introspection,
  IssuedToken,
  KeyState,
  PermissionResult,
  RefreshedToken,
  RefreshOptions,
  TokenInfo,
  TokenState,
  ValidToken,
} from "./operations.js";
export type { ClientOptions } from "./revocation-client.js";
export type {
  Revocation,
  RevocationEvent,
  RevocationFilter,
  RevocationOutcome,
  RevocationPage,
  RevocationTarget,
  RevokeOptions,
} from "./revocations.js";
export { Duration, Instant } from "./time.js";
export { SecureTokenClient } from "./token-client.js";
