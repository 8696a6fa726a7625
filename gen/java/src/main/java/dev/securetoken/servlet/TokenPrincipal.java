package dev.securetoken.servlet;

import dev.securetoken.ValidToken;
import java.security.Principal;
import java.util.Objects;

/** The user of a request's token: what {@code getUserPrincipal()} gives behind the filter. */
public final class TokenPrincipal implements Principal {
  private final ValidToken token;

  TokenPrincipal(ValidToken token) {
    this.token = token;
  }

  @Override
  public String getName() {
    return token.userId();
  }

  /**
   * The claims of the user's token.
   *
   * @return the claims
   */
  public ValidToken getToken() {
    return token;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenPrincipal && token.equals(((TokenPrincipal) other).token);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(token);
  }

  @Override
  public String toString() {
    return getName();
  }
}
