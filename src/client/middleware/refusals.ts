/** What a request that may not pass is answered with: the same in the guards of every language. */
import { Code } from "@connectrpc/connect";
import { permissionsOf, type Requirement } from "./requirement.js";

/** Why a request is refused. */
export type RefusalReason =
  | "TOKEN_MISSING"
  | "TOKEN_INVALID"
  | "TOKEN_EXPIRED"
  | "PERMISSION_MISSING"
  | "UNAVAILABLE";

/** A refusal, in the words of HTTP and of gRPC. It holds nothing of the token. */
export interface Refusal {
  /**
   * `TOKEN_MISSING`: no bearer token. `TOKEN_INVALID`: malformed, not authentic or revoked.
   * `TOKEN_EXPIRED`: authentic, past its end. `PERMISSION_MISSING`: the token lacks a permission, or no
   * rule names the request. `UNAVAILABLE`: the token cannot be checked at present.
   */
  readonly reason: RefusalReason;
  readonly httpStatus: 401 | 403 | 503;
  /** The `WWW-Authenticate` header (RFC 6750, section 3), where there is one. */
  readonly challenge?: string;
  /** The `Retry-After` header in seconds, where there is one. */
  readonly retryAfter?: number;
  /** An error code of RFC 6750, section 3.1, `missing_token` or `unavailable`. */
  readonly error: "missing_token" | "invalid_token" | "insufficient_scope" | "unavailable";
  /** Connect and gRPC number their codes alike. */
  readonly code: Code;
  readonly message: string;
  /** The permissions that the request requires, where that is why it is refused. */
  readonly permissions?: readonly string[];
}

/** No credential that is a bearer token. */
export const TOKEN_MISSING: Refusal = {
  reason: "TOKEN_MISSING",
  httpStatus: 401,
  challenge: "Bearer",
  error: "missing_token",
  code: Code.Unauthenticated,
  message: "a bearer token is required",
};

/** Malformed, forged or revoked: the sender is not told which. */
export const TOKEN_INVALID: Refusal = {
  reason: "TOKEN_INVALID",
  httpStatus: 401,
  challenge: 'Bearer error="invalid_token"',
  error: "invalid_token",
  code: Code.Unauthenticated,
  message: "the bearer token is not valid",
};

/** Authentic, and past its end: its holder may refresh or sign in. */
export const TOKEN_EXPIRED: Refusal = {
  reason: "TOKEN_EXPIRED",
  httpStatus: 401,
  challenge: 'Bearer error="invalid_token", error_description="the token has expired"',
  error: "invalid_token",
  code: Code.Unauthenticated,
  message: "the bearer token has expired",
};

/** The token service cannot be asked. What cannot be checked does not pass. */
export const UNAVAILABLE: Refusal = {
  reason: "UNAVAILABLE",
  httpStatus: 503,
  retryAfter: 1,
  error: "unavailable",
  code: Code.Unavailable,
  message: "tokens cannot be checked at present",
};

/** What the `scope` attribute can name (RFC 6750, section 3). */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** A permission is missing. The requirement is unset where no rule names the request. */
export function permissionMissing(requirement?: Requirement): Refusal {
  const permissions = requirement === undefined ? [] : permissionsOf(requirement);
  const isScope = permissions.length > 0 && permissions.every((each) => SCOPE.test(each));
  return {
    reason: "PERMISSION_MISSING",
    httpStatus: 403,
    challenge: `Bearer error="insufficient_scope"${isScope ? `, scope="${permissions.join(" ")}"` : ""}`,
    error: "insufficient_scope",
    code: Code.PermissionDenied,
    message: "a permission is missing",
    permissions,
  };
}
