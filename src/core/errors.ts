/**
 * The four exceptions of Secure Token: facts about a token or about a request. A programmer's
 * mistake (a wrong argument type of our own API) is a `TypeError` instead.
 */
import type { Instant } from "./time.js";

/** Which of the four exceptions an error is; `TokenErrorKind` of error.proto, unprefixed. */
export type TokenErrorKind =
  | "TOKEN_ERROR"
  | "TOKEN_EXPIRED"
  | "INVALID_TOKEN"
  | "PERMISSION_DENIED";

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
  | "TOO_MANY_TARGETS";

/** What an error tells beside its message. */
export interface TokenErrorFacts {
  /** Which rule was broken. */
  readonly reason: ErrorReason;
  /** The input at fault, as the request names it: `token`, `permissions[2]`, `expires_in`. */
  readonly field: string;
  /** Every variable part of the message, by name. Never a secret. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The authentic token that the error is about, for logs. */
  readonly subject?: TokenSubject;
}

/** Whom an error is about, for logs: only of an authentic token. Never sent to a caller. */
export interface TokenSubject {
  readonly tokenId: string;
  readonly userId: string;
  readonly keyId: string;
}

/** The base of the four: a request or a setting breaks a rule. */
export class TokenError extends Error {
  override readonly name: string = "TokenError";
  /** Which of the four exceptions this is. */
  readonly kind: TokenErrorKind = "TOKEN_ERROR";
  /** Which rule was broken. */
  readonly reason: ErrorReason;
  /** The input at fault, as the request names it. */
  readonly field: string;
  /** Every variable part of the message, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly #subject: TokenSubject | undefined;

  constructor(message: string, facts: TokenErrorFacts) {
    super(message);
    this.reason = facts.reason;
    this.field = facts.field;
    this.metadata = facts.metadata ?? {};
    this.#subject = facts.subject;
  }

  /** The authentic token that the error is about, for an audit log; printing an error omits it. */
  get subject(): TokenSubject | undefined {
    return this.#subject;
  }
}

/** The token is authentic, and past its `expires_at`. */
export class TokenExpiredError extends TokenError {
  override readonly name = "TokenExpiredError";
  override readonly kind = "TOKEN_EXPIRED";
  /** The last instant at which the token was valid. */
  readonly expiredAt: Instant;

  constructor(expiredAt: Instant, subject: TokenSubject) {
    super("Token expired", { reason: "TOKEN_EXPIRED", field: "token", subject });
    this.expiredAt = expiredAt;
  }
}

/** The token is malformed, not authentic, or revoked. */
export class InvalidTokenError extends TokenError {
  override readonly name = "InvalidTokenError";
  override readonly kind = "INVALID_TOKEN";
}

/** The token is valid and lacks the required permission. */
export class PermissionDeniedError extends TokenError {
  override readonly name = "PermissionDeniedError";
  override readonly kind = "PERMISSION_DENIED";
  /** The permission that the token lacks. */
  readonly requiredPermission: string;

  constructor(requiredPermission: string, subject: TokenSubject) {
    super(`Permission '${requiredPermission}' not granted`, {
      reason: "PERMISSION_NOT_GRANTED",
      field: "required_permission",
      metadata: { required_permission: requiredPermission },
      subject,
    });
    this.requiredPermission = requiredPermission;
  }
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
