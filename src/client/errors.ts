/**
 * The four exceptions: facts about a token or about a request. Whatever else goes wrong with a call
 * (transport, deadline, the caller's own credential) stays a `ConnectError`.
 */
import type { Code } from "@connectrpc/connect";
import type { Instant } from "./time.js";

/** Which of the four exceptions an error is; `TokenErrorKind` of error.proto, unprefixed. */
export type TokenErrorKind =
  | "TOKEN_ERROR"
  | "TOKEN_EXPIRED"
  | "INVALID_TOKEN"
  | "PERMISSION_DENIED";

/** What every one of the exceptions tells beside its message. */
export interface TokenErrorFacts {
  /** Which rule was broken: the name of an `ErrorReason` of error.proto, unprefixed. */
  readonly reason: string;
  /** The input at fault, as the request names it: `token`, `permissions[2]`, `expires_in`. */
  readonly field: string;
  /** Every variable part of the message, by name. Default none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The code of the RPC's status. */
  readonly code: Code;
  /** The RPC error that told it; unset where the client itself refused an input. */
  readonly cause?: unknown;
}

/** The base of the four: a request breaks a rule. Also any kind that a newer server may add. */
export class TokenError extends Error {
  override readonly name: string = "TokenError";
  /** Which of the four exceptions this is. */
  readonly kind: TokenErrorKind = "TOKEN_ERROR";
  /**
   * Which rule was broken: `EXPIRES_IN_OUT_OF_RANGE`, `TOKEN_REVOKED` … A newer server may send names
   * that error.proto did not have yet; `UNSPECIFIED` where a server sent none.
   */
  readonly reason: string;
  /** The input at fault, as the request names it: `token`, `permissions[2]`, `expires_in`. */
  readonly field: string;
  /** Every variable part of the message, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The code of the RPC's status, for logs. Tell errors apart by class or `kind` instead. */
  readonly code: Code;

  constructor(message: string, facts: TokenErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.reason = facts.reason;
    this.field = facts.field;
    this.metadata = facts.metadata ?? {};
    this.code = facts.code;
  }
}

/** The token is authentic, and past its `expires_at`. */
export class TokenExpiredError extends TokenError {
  override readonly name = "TokenExpiredError";
  override readonly kind = "TOKEN_EXPIRED";
  /** The last instant at which the token was valid. 1970 where a server failed to say. */
  readonly expiredAt: Instant;

  constructor(message: string, facts: TokenErrorFacts, expiredAt: Instant) {
    super(message, facts);
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

  constructor(message: string, facts: TokenErrorFacts, requiredPermission: string) {
    super(message, facts);
    this.requiredPermission = requiredPermission;
  }
}
