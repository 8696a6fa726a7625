/**
 * The four exceptions: facts about a token or about a request. Whatever else goes wrong with a call
 * (transport, deadline, the caller's own credential) stays a `ConnectError`.
 */
export {
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  type TokenErrorFacts,
  type TokenErrorKind,
  TokenExpiredError,
} from "../values/errors.js";
