package dev.securetoken.servlet;

import dev.securetoken.ValidToken;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;

/** A request whose user is that of its token; roles are permissions. */
final class TokenRequest extends HttpServletRequestWrapper {
  private final ValidToken token;

  TokenRequest(HttpServletRequest request, ValidToken token) {
    super(request);
    this.token = token;
  }

  @Override
  public Principal getUserPrincipal() {
    return new TokenPrincipal(token);
  }

  @Override
  public String getRemoteUser() {
    return token.userId();
  }

  @Override
  public boolean isUserInRole(String role) {
    return token.hasPermission(role);
  }

  @Override
  public String getAuthType() {
    return "Bearer";
  }
}
