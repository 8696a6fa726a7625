/** What a request that may not pass is answered with. None says more about the token than this. */
import { Code } from "@connectrpc/connect";

/** A refusal, in the words of HTTP and of gRPC. */
export interface Refusal {
  readonly httpStatus: 401 | 403 | 503;
  /** The `WWW-Authenticate` header (RFC 6750, section 3), where there is one. */
  readonly challenge?: string;
  /** Connect and gRPC number their codes alike. */
  readonly code: Code;
  readonly message: string;
}

/** No credential that is a bearer token. */
export const NO_TOKEN: Refusal = {
  httpStatus: 401,
  challenge: "Bearer",
  code: Code.Unauthenticated,
  message: "a bearer token is required",
};

/** Malformed, forged, expired or revoked: which of them is not for whoever sent it to know. */
export const INVALID_TOKEN: Refusal = {
  httpStatus: 401,
  challenge: 'Bearer error="invalid_token"',
  code: Code.Unauthenticated,
  message: "the bearer token is not valid",
};

/** A permission is missing, or nothing says what the request requires. */
export const PERMISSION_MISSING: Refusal = {
  httpStatus: 403,
  challenge: 'Bearer error="insufficient_scope"',
  code: Code.PermissionDenied,
  message: "a permission is missing",
};

/** The token service cannot be asked. What cannot be checked does not pass. */
export const UNAVAILABLE: Refusal = {
  httpStatus: 503,
  code: Code.Unavailable,
  message: "tokens cannot be checked at present",
};
