package dev.securetoken.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.securetoken.SecureTokenClient;
import dev.securetoken.ValidToken;
import dev.securetoken.servlet.TokenFilter;
import dev.securetoken.testing.TokenServiceStandIn;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;

class TokenAuthenticationFilterTest {
  @AfterEach
  void clear() {
    SecurityContextHolder.clearContext();
  }

  /** What the rest of the chain sees, for a request that passed with claims. */
  private static Authentication seenBehind(ValidToken claims) throws Exception {
    HttpServletRequest request =
        (HttpServletRequest)
            Proxy.newProxyInstance(
                HttpServletRequest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) ->
                    method.getName().equals("getAttribute")
                            && arguments[0].equals(TokenFilter.CLAIMS)
                        ? claims
                        : null);
    List<Authentication> seen = new ArrayList<>();
    new TokenAuthenticationFilter()
        .doFilter(
            request,
            null,
            (same, response) -> {
              assertSame(request, same);
              seen.add(SecurityContextHolder.getContext().getAuthentication());
            });
    assertEquals(1, seen.size());
    return seen.get(0);
  }

  @Test
  void theUserAndThePermissionsAreThoseOfTheToken() throws Exception {
    try (TokenServiceStandIn service = new TokenServiceStandIn();
        SecureTokenClient client = SecureTokenClient.builder(service.address()).build()) {
      ValidToken claims = client.validateToken(service.issue("user-1", "reports:read", "admin"));
      Authentication seen = seenBehind(claims);
      assertTrue(seen.isAuthenticated());
      assertEquals("user-1", seen.getName());
      assertSame(claims, seen.getPrincipal());
      assertEquals(
          List.of("reports:read", "admin"),
          seen.getAuthorities().stream()
              .map(GrantedAuthority::getAuthority)
              .collect(Collectors.toList()));
      assertNull(seen.getCredentials());
      assertNull(SecurityContextHolder.getContext().getAuthentication());
    }
  }

  @Test
  void nobodyStaysNobody() throws Exception {
    assertNull(seenBehind(null));
  }
}
