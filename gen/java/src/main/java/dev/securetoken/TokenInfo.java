package dev.securetoken;

import java.time.Instant;
import java.util.List;

/** All that is known of a valid token. */
public final class TokenInfo extends ValidToken {
  private final Instant createdAt;
  private final boolean revoked;
  private final String keyId;
  private final String sessionId;
  private final Instant sessionStartedAt;

  TokenInfo(
      ValidToken token,
      Instant createdAt,
      boolean revoked,
      String keyId,
      String sessionId,
      Instant sessionStartedAt) {
    super(token, token.timeRemaining());
    this.createdAt = createdAt;
    this.revoked = revoked;
    this.keyId = keyId;
    this.sessionId = sessionId;
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
   * The key that the token is made with; one of {@link ServiceConfig#keys()}.
   *
   * @return a fingerprint, never secret
   */
  public String keyId() {
    return keyId;
  }

  /**
   * The session that the token belongs to.
   *
   * @return the token id of the session's first token
   */
  public String sessionId() {
    return sessionId;
  }

  /**
   * When the session began.
   *
   * @return when its first token was issued
   */
  public Instant sessionStartedAt() {
    return sessionStartedAt;
  }

  @Override
  List<Object> parts() {
    return List.of(super.parts(), createdAt, revoked, keyId, sessionId, sessionStartedAt);
  }
}
