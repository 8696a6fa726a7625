/** What a gateway's client is told of a refused token (RFC 6750, section 3): the words of this project's guards. */
import { Code, type ConnectError } from "@connectrpc/connect";
import {
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  TokenExpiredError,
} from "../core/index.js";
import { isScopeToken } from "./scope.js";

/** A refusal in the words of HTTP. It holds nothing of the token. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 503;
  /** An error code of RFC 6750, section 3.1, `missing_token`, `headers_too_long` or `unavailable`. */
  readonly error: string;
  /** Which of the refusals it is, as in the guards. */
  readonly reason: string;
  readonly message: string;
  /** The `www-authenticate` header, where there is one. */
  readonly challenge?: string;
  /** The `retry-after` header in seconds, where there is one. */
  readonly retryAfter?: string;
}

/** No credential that is a bearer token. */
export const TOKEN_MISSING: Refusal = {
  status: 401,
  error: "missing_token",
  reason: "TOKEN_MISSING",
  message: "a bearer token is required",
  challenge: "Bearer",
};

/** Malformed, forged or revoked: the sender is not told which. */
export const TOKEN_INVALID: Refusal = {
  status: 401,
  error: "invalid_token",
  reason: "TOKEN_INVALID",
  message: "the bearer token is not valid",
  challenge: 'Bearer error="invalid_token"',
};

const TOKEN_EXPIRED: Refusal = {
  status: 401,
  error: "invalid_token",
  reason: "TOKEN_EXPIRED",
  message: "the bearer token has expired",
  challenge: 'Bearer error="invalid_token", error_description="the token has expired"',
};

/** What a valid token says finds no room beside its client's cookies. */
export class HeadersTooLongError extends Error {}

/**
 * The refusal that an error of a check comes to. Whatever is no fact about the token is 503: what cannot be
 * checked does not pass, and is no fault of the token.
 */
export function toRefusal(error: ConnectError): Refusal {
  const { cause } = error;
  if (cause instanceof TokenExpiredError) return TOKEN_EXPIRED;
  if (cause instanceof InvalidTokenError) {
    return cause.reason === "TOKEN_EMPTY" ? TOKEN_MISSING : TOKEN_INVALID;
  }
  if (cause instanceof PermissionDeniedError) return permissionMissing(cause.requiredPermission);
  if (cause instanceof HeadersTooLongError) return headersTooLong(cause.message);
  if (cause instanceof TokenError || error.code === Code.InvalidArgument) {
    const { rawMessage: message } = error;
    return { status: 400, error: "invalid_request", reason: "REQUEST_INVALID", message };
  }
  const retryAfter = error.metadata.get("retry-after");
  return {
    status: 503,
    error: "unavailable",
    reason: "UNAVAILABLE",
    message: GATEWAY_FAULTS.get(error.code) ?? "tokens cannot be checked at present",
    ...(retryAfter !== null && { retryAfter }),
  };
}

/** What only a change of configuration mends: waiting, as one does for other 503s, would be in vain. */
const GATEWAY_FAULTS: ReadonlyMap<Code, string> = new Map([
  [Code.Unauthenticated, "the credential of the gateway itself is not known"],
  [
    Code.PermissionDenied,
    "the gateway itself may not ask: its caller's row does not name this door",
  ],
]);

/** 403, and not 431: nginx and the like pass on this one, and take the other for a failure. */
function headersTooLong(message: string): Refusal {
  return { status: 403, error: "headers_too_long", reason: "HEADERS_TOO_LONG", message };
}

function permissionMissing(permission: string): Refusal {
  const scope = isScopeToken(permission) ? `, scope="${permission}"` : "";
  return {
    status: 403,
    error: "insufficient_scope",
    reason: "PERMISSION_MISSING",
    message: "a permission is missing",
    challenge: `Bearer error="insufficient_scope"${scope}`,
  };
}

/** The headers of the answer to a refused request. */
export function refusalHeaders({ challenge, retryAfter }: Refusal): Record<string, string> {
  return {
    "content-type": "application/json",
    ...(challenge !== undefined && { "www-authenticate": challenge }),
    ...(retryAfter !== undefined && { "retry-after": retryAfter }),
  };
}

/** The body of the answer to a refused request. */
export function refusalBody({ error, reason, message }: Refusal): string {
  return JSON.stringify({ error, reason, message });
}
