package dev.securetoken.spring;

import dev.securetoken.ValidToken;
import dev.securetoken.servlet.TokenFilter;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Tells Spring Security whose request a {@link TokenFilter} has let pass, so that {@code
 * hasAuthority("reports:read")}, {@code @PreAuthorize} and {@code @AuthenticationPrincipal} work. It
 * checks nothing itself. Put both into the chain:
 *
 * <pre>{@code
 * http.addFilterBefore(new TokenFilter(guard, rules), AuthorizationFilter.class)
 *     .addFilterBefore(new TokenAuthenticationFilter(), AuthorizationFilter.class)
 * }</pre>
 *
 * <p>For a request that passed as nobody nothing is set.
 */
public final class TokenAuthenticationFilter implements Filter {
  /** Makes the filter. */
  public TokenAuthenticationFilter() {}

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Optional<ValidToken> claims = TokenFilter.optionalClaims(request);
    if (claims.isEmpty()) {
      chain.doFilter(request, response);
      return;
    }
    SecurityContext before = SecurityContextHolder.getContext();
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(new TokenAuthentication(claims.get()));
    SecurityContextHolder.setContext(context);
    try {
      chain.doFilter(request, response);
    } finally {
      SecurityContextHolder.setContext(before);
    }
  }
}
