package dev.securetoken;

/** Why a {@link TokenGuard} does not let a request pass: the same in all languages. */
public enum RefusalReason {
  /** The request bears no token. */
  TOKEN_MISSING,
  /** The token is malformed, not authentic, or revoked; or there are several. */
  TOKEN_INVALID,
  /** The token is authentic, and past its expiry. */
  TOKEN_EXPIRED,
  /** The token is valid and lacks a permission, or no rule names the request. */
  PERMISSION_MISSING,
  /** The token cannot be checked at present; nothing is known of it. */
  UNAVAILABLE
}
