package dev.securetoken;

import java.time.Instant;

/** The token is authentic, and past its expiry. */
public final class TokenExpiredError extends TokenError {
  private static final long serialVersionUID = 1L;

  private final Instant expiredAt;

  TokenExpiredError(String message, TokenErrorFacts facts, Instant expiredAt, Throwable cause) {
    super(message, facts, cause);
    this.expiredAt = expiredAt;
  }

  @Override
  public TokenErrorKind kind() {
    return TokenErrorKind.TOKEN_EXPIRED;
  }

  /**
   * The last instant at which the token was valid.
   *
   * @return the instant; {@link Instant#EPOCH} where a server failed to say
   */
  public Instant expiredAt() {
    return expiredAt;
  }
}
