package dev.securetoken;

import java.time.Instant;
import java.util.List;

/** All that is known of a valid token. */
public final class TokenInfo extends ValidToken {
  private final Instant createdAt;
  private final boolean revoked;
  private final Instant sessionStartedAt;

  TokenInfo(
      ValidToken token,
      Instant createdAt,
      boolean revoked,
      Instant sessionStartedAt) {
    super(token, token.timeRemaining());
    this.createdAt = createdAt;
    this.revoked = revoked;
    this.sessionStartedAt = sessionStartedAt;
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
   * When the session began.
   *
   * @return when its first token was issued
   */
  public Instant sessionStartedAt() {
    return sessionStartedAt;
  }

  /**
   * As {@link #createdAt()}, for JSON and beans.
   *
   * @return the same
   */
  public Instant getCreatedAt() {
    return createdAt();
  }

  /**
   * As {@link #sessionStartedAt()}, for JSON and beans.
   *
   * @return the same
   */
  public Instant getSessionStartedAt() {
    return sessionStartedAt();
  }

  @Override
  List<Object> parts() {
    return List.of(super.parts(), createdAt, revoked, sessionStartedAt);
  }
}
