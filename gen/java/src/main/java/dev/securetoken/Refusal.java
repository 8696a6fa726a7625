package dev.securetoken;

/** Why a {@link TokenGuard} does not let a request pass. */
public enum Refusal {
  /** The request bears no token, or not exactly one. */
  TOKEN_MISSING,
  /** The token is expired, malformed, not authentic, or revoked. Which of them is not told. */
  TOKEN_INVALID,
  /** The token is valid and lacks the required permission. */
  PERMISSION_MISSING,
  /** The token service did not say; nothing is known of the token. */
  SERVICE_UNAVAILABLE
}
