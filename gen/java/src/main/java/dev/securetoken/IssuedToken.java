package dev.securetoken;

import java.util.List;

/** A new token and what it holds. */
public final class IssuedToken extends Claims {
  private final String token;
  private final boolean clamped;

  IssuedToken(Claims claims, String token, boolean clamped) {
    super(claims);
    this.token = token;
    this.clamped = clamped;
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
   * Whether less was granted than was asked for: the session ends at {@link #expiresAt()}, or a
   * holder asked for more than the lifetime that its token was issued with.
   *
   * @return whether; always {@code false} of a token that was not refreshed
   */
  public boolean clamped() {
    return clamped;
  }

  /**
   * As {@link #token()}, for JSON and beans.
   *
   * @return the same
   */
  public String getToken() {
    return token();
  }

  /**
   * As {@link #clamped()}, for JSON and beans.
   *
   * @return the same
   */
  public boolean getClamped() {
    return clamped();
  }

  @Override
  List<Object> parts() {
    return List.of(super.parts(), token, clamped);
  }
}
