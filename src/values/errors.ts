/**
 * The four exceptions of Secure Token: facts about a token or about a request. The library throws them
 * itself, the clients turn a server's errors into them: one class for both, so that `instanceof` holds.
 */
import { toOwnSpelling } from "./field-names.js";
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
  /** The input at fault, in either spelling: `token`, `permissions[2]`, `expires_in`. */
  readonly field: string;
  /** Every variable part of the message, by name. Default none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The code of the RPC's status. Default: the one that a server sends for this exception. */
  readonly code?: number;
  /** The RPC error that told it; unset where an input was refused here. */
  readonly cause?: unknown;
  /** The authentic token that the error is about, for logs. Unset in clients. */
  readonly subject?: TokenSubject;
}

/** What an error is about, for logs: only of an authentic token. Never sent to a caller. */
export interface TokenSubject {
  readonly tokenId: string;
  readonly userId: string;
  readonly keyId: string;
}

/** The codes of gRPC by exception, where the error itself was told none. */
const CODES: Readonly<Record<TokenErrorKind, number>> = {
  TOKEN_ERROR: 3,
  TOKEN_EXPIRED: 16,
  INVALID_TOKEN: 16,
  PERMISSION_DENIED: 7,
};

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
  /** The input at fault, as TypeScript names it: `token`, `permissions[2]`, `expiresIn`. */
  readonly field: string;
  /** Every variable part of the message, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly #code: number | undefined;
  readonly #subject: TokenSubject | undefined;

  constructor(message: string, facts: TokenErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.reason = facts.reason;
    this.field = toOwnSpelling(facts.field);
    this.metadata = facts.metadata ?? {};
    this.#code = facts.code;
    this.#subject = facts.subject;
  }

  /** The code of the RPC's status, for logs: one of gRPC's. Tell errors apart by class or `kind` instead. */
  get code(): number {
    return this.#code ?? CODES[this.kind];
  }

  /** The authentic token that the error is about, for an audit log; printing an error omits it. */
  get subject(): TokenSubject | undefined {
    return this.#subject;
  }

  /** What Node's console prints: the error and its facts in a few lines, without the RPC error behind it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { kind, reason, field } = this;
    return `${this.stack} ${JSON.stringify({ kind, reason, field })}`;
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
