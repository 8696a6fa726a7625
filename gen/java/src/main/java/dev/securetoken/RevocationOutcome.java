package dev.securetoken;

/** What became of a target of {@link SecureTokenClient#revokeTokens}. */
public enum RevocationOutcome {
  /** The target is revoked, now or from an earlier call. */
  REVOKED,
  /** Every token that the target could hit has expired: nothing to do. */
  ALREADY_EXPIRED,
  /** The target's token is malformed or not authentic: nothing to do. */
  NOT_AUTHENTIC,
  /** One that only a newer server knows. */
  UNSPECIFIED
}
