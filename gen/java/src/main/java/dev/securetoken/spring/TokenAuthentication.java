package dev.securetoken.spring;

import dev.securetoken.ValidToken;
import java.util.stream.Collectors;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/**
 * A valid token as Spring Security knows users: the name is the token's user, the authorities are its
 * permissions, as they are spelled, and the principal is its claims. It has no credentials: the token
 * itself is not kept.
 */
public final class TokenAuthentication extends AbstractAuthenticationToken {
  private static final long serialVersionUID = 1L;

  private final transient ValidToken claims;

  /**
   * Stands for a token that a guard has let pass.
   *
   * @param claims the token's claims
   */
  public TokenAuthentication(ValidToken claims) {
    super(
        claims.permissions().stream().map(SimpleGrantedAuthority::new).collect(Collectors.toList()));
    this.claims = claims;
    setAuthenticated(true);
  }

  /**
   * The claims, for {@code @AuthenticationPrincipal}.
   *
   * @return the claims; {@code null} after this object was serialized
   */
  @Override
  public ValidToken getPrincipal() {
    return claims;
  }

  @Override
  public Object getCredentials() {
    return null;
  }

  @Override
  public String getName() {
    return claims == null ? "" : claims.userId();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenAuthentication
        && super.equals(other)
        && java.util.Objects.equals(claims, ((TokenAuthentication) other).claims);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
