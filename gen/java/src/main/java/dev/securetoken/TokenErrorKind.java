package dev.securetoken;

/** Which of the four exceptions an error is. */
public enum TokenErrorKind {
  /** A request breaks a rule; also any kind that a newer server may add. */
  TOKEN_ERROR,
  /** The token is authentic, and past its expiry. */
  TOKEN_EXPIRED,
  /** The token is malformed, not authentic, or revoked. */
  INVALID_TOKEN,
  /** The token is valid and lacks the required permission. */
  PERMISSION_DENIED
}
