package dev.securetoken.servlet;

import dev.securetoken.Admission;
import dev.securetoken.Refusal;
import dev.securetoken.TokenGuard;
import dev.securetoken.ValidToken;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;

/**
 * Lets a request pass whose Authorization header bears a token that the guard admits, and hands its
 * claims to the servlet as a request attribute. All others are answered with an empty 401, 403, or
 * 503 when the token service does not answer; RFC 6750, section 3.
 */
public final class TokenFilter implements Filter {
  /** The name of the request attribute that holds the claims. */
  public static final String CLAIMS = "dev.securetoken.claims";

  private final TokenGuard guard;

  /**
   * Makes a filter.
   *
   * @param guard decides about each request
   */
  public TokenFilter(TokenGuard guard) {
    this.guard = guard;
  }

  /**
   * The claims of the token that a request bears.
   *
   * @param request the request
   * @return the claims
   * @throws IllegalStateException for a request that the filter did not let pass
   */
  public static ValidToken claims(ServletRequest request) {
    Object claims = request.getAttribute(CLAIMS);
    if (claims == null) {
      throw new IllegalStateException("no TokenFilter let this request pass");
    }
    return (ValidToken) claims;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest) || !(response instanceof HttpServletResponse)) {
      throw new ServletException("TokenFilter protects HTTP alone");
    }
    Iterable<String> authorization =
        Collections.list(((HttpServletRequest) request).getHeaders("Authorization"));
    // Bounded by the client's deadline.
    Admission admission = guard.admit(authorization).join();
    if (admission.refusal().isPresent()) {
      refuse((HttpServletResponse) response, admission.refusal().get());
      return;
    }
    request.setAttribute(CLAIMS, admission.token());
    chain.doFilter(request, response);
  }

  private static void refuse(HttpServletResponse response, Refusal refusal) {
    response.setHeader("Cache-Control", "no-store");
    switch (refusal) {
      case TOKEN_MISSING:
        challenge(response, HttpServletResponse.SC_UNAUTHORIZED, "Bearer");
        break;
      case TOKEN_INVALID:
        challenge(response, HttpServletResponse.SC_UNAUTHORIZED, "Bearer error=\"invalid_token\"");
        break;
      case PERMISSION_MISSING:
        challenge(
            response, HttpServletResponse.SC_FORBIDDEN, "Bearer error=\"insufficient_scope\"");
        break;
      default:
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    }
  }

  private static void challenge(HttpServletResponse response, int status, String challenge) {
    response.setStatus(status);
    response.setHeader("WWW-Authenticate", challenge);
  }
}
