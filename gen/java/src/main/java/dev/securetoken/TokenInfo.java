package dev.securetoken;

import java.time.Instant;
import java.util.List;

/** All that is known of a valid token. */
public final class TokenInfo extends ValidToken {
  private final Instant createdAt;
  private final boolean revoked;

  TokenInfo(ValidToken token, Instant createdAt, boolean revoked) {
    super(token, token.timeRemaining(), token.sessionStartedAt());
    this.createdAt = createdAt;
    this.revoked = revoked;
  }

  /**
   * The same instant as {@link #issuedAt()}.
   *
   * @return the instant
   */
  public Instant createdAt() {
    return createdAt;
  }

  /**
   * Whether the token is revoked: a revoked one is an {@link InvalidTokenError} instead.
   *
   * @return false
   */
  public boolean isRevoked() {
    return revoked;
  }

  /**
   * As {@link #createdAt()}, for JSON and beans.
   *
   * @return the same
   */
  public Instant getCreatedAt() {
    return createdAt();
  }

  @Override
  List<Object> parts() {
    return List.of(super.parts(), createdAt, revoked);
  }
}
