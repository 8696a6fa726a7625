package dev.securetoken;

import java.util.List;

/** A new token and what it holds. */
public final class IssuedToken extends Claims {
  private final String token;

  IssuedToken(Claims claims, String token) {
    super(claims);
    this.token = token;
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
   * As {@link #token()}, for JSON and beans.
   *
   * @return the same
   */
  public String getToken() {
    return token();
  }

  @Override
  List<Object> parts() {
    return List.of(super.parts(), token);
  }
}
