package dev.securetoken;

/** What a token is at present. */
public enum TokenState {
  /** The token is valid. */
  ACTIVE,
  /** The token is authentic and past its expiry. */
  EXPIRED,
  /** The token is authentic, not expired, and revoked. */
  REVOKED,
  /** The token is malformed or not authentic. */
  INVALID
}
