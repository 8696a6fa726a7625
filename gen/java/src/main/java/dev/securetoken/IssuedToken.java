package dev.securetoken;

import java.util.List;

/** A new token and what it holds. */
public final class IssuedToken extends Claims {
  private final String token;
  private final String sessionId;

  IssuedToken(Claims claims, String token, String sessionId) {
    super(claims);
    this.token = token;
    this.sessionId = sessionId;
  }

  /**
   * The token. Whoever holds it has its permissions: treat it as a password.
   *
   * @return the token
   */
  public String token() {
    return token;
  }

  /**
   * The session that the token belongs to. Refreshed tokens keep it.
   *
   * @return the token id of the session's first token
   */
  public String sessionId() {
    return sessionId;
  }

  @Override
  List<Object> parts() {
    return List.of(super.parts(), token, sessionId);
  }
}
