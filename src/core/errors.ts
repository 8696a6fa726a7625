/**
 * How the core makes the four exceptions. A programmer's mistake (a wrong argument type of our own API)
 * is a `TypeError` instead.
 */
import {
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  TokenExpiredError,
  type TokenSubject,
} from "../values/errors.js";
import type { Instant } from "../values/time.js";

export {
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  type TokenErrorFacts,
  type TokenErrorKind,
  TokenExpiredError,
  type TokenSubject,
} from "../values/errors.js";
export { toWireSpelling } from "../values/field-names.js";

/** Which rule was broken; `ErrorReason` of error.proto, unprefixed. */
export type ErrorReason =
  | "TOKEN_EXPIRED"
  | "TOKEN_EMPTY"
  | "TOKEN_MALFORMED"
  | "CLAIM_MISSING"
  | "TOKEN_REVOKED"
  | "PERMISSION_NOT_GRANTED"
  | "USER_ID_INVALID"
  | "PERMISSION_INVALID"
  | "TOO_MANY_PERMISSIONS"
  | "EXPIRES_IN_OUT_OF_RANGE"
  | "ADDITIONAL_DATA_INVALID"
  | "TOKEN_TOO_LARGE"
  | "TOO_MANY_TOKENS"
  | "REQUIRED_PERMISSION_INVALID"
  | "REVOCATION_NOT_ENABLED"
  | "SETTING_INVALID"
  | "SESSION_ENDED"
  | "REVOCATION_INVALID"
  | "TOO_MANY_TARGETS"
  | "AUDIENCE_MISMATCH"
  | "AUDIENCE_INVALID"
  | "TOO_MANY_AUDIENCES";

/** The token is authentic, and past its `expires_at`. */
export function expiredToken(expiredAt: Instant, subject: TokenSubject): TokenExpiredError {
  const facts = { reason: "TOKEN_EXPIRED", field: "token", subject };
  return new TokenExpiredError("Token expired", facts, expiredAt);
}

/** The token is valid and lacks the required permission. */
export function permissionNotGranted(
  requiredPermission: string,
  subject: TokenSubject,
): PermissionDeniedError {
  const facts = {
    reason: "PERMISSION_NOT_GRANTED",
    field: "required_permission",
    metadata: { required_permission: requiredPermission },
    subject,
  };
  const text = `Permission '${requiredPermission}' not granted`;
  return new PermissionDeniedError(text, facts, requiredPermission);
}

/**
 * The one answer to everything that is wrong with a token up to its MAC, and to all that is wrong
 * inside but a missing claim. Which check failed is not told: it would be an oracle.
 */
export function malformedToken(): InvalidTokenError {
  return new InvalidTokenError("Token format is invalid", {
    reason: "TOKEN_MALFORMED",
    field: "token",
  });
}

/** The answer to a token of nothing but white space, or to what is not text at all. */
export function emptyToken(): InvalidTokenError {
  return new InvalidTokenError("Token is empty or invalid", {
    reason: "TOKEN_EMPTY",
    field: "token",
  });
}

/** An authentic payload lacks a claim that every token must have. */
export function missingClaim(claim: string): InvalidTokenError {
  return new InvalidTokenError(`Field ${claim} is missing in token`, {
    reason: "CLAIM_MISSING",
    field: "token",
    metadata: { claim },
  });
}

/** The token is authentic and was revoked. */
export function revokedToken(subject: TokenSubject): InvalidTokenError {
  return new InvalidTokenError("Token has been revoked", {
    reason: "TOKEN_REVOKED",
    field: "token",
    subject,
  });
}

/** The token is valid, and names none of the audiences that are required. */
export function audienceMismatch(
  audiences: readonly string[],
  subject: TokenSubject,
): InvalidTokenError {
  const audience = audiences.join(", ");
  return new InvalidTokenError(`Token is not for audience '${audience}'`, {
    reason: "AUDIENCE_MISMATCH",
    field: "audience",
    metadata: { audience },
    subject,
  });
}

/** The token is valid, and its session is too old for one more refresh. */
export function sessionEnded(maxSessionHours: number): TokenError {
  return new TokenError(
    `The session has reached its maximum of ${maxSessionHours} hours and is refreshed no more`,
    {
      reason: "SESSION_ENDED",
      field: "token",
      metadata: { max_session_hours: String(maxSessionHours) },
    },
  );
}
