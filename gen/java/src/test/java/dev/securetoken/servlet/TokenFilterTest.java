package dev.securetoken.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.securetoken.FakeTokenService;
import dev.securetoken.Samples;
import dev.securetoken.TokenGuard;
import dev.securetoken.v1.TokenServiceGrpc;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenFilterTest {
  private final Map<String, Object> attributes = new HashMap<>();
  private final Map<String, String> headers = new HashMap<>();
  private FakeTokenService tokens;
  private TokenFilter filter;
  private int status = 200;

  @BeforeEach
  void start() throws Exception {
    tokens = new FakeTokenService();
    filter = new TokenFilter(TokenGuard.builder(tokens.client()).requirePermission("read").build());
    tokens.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          if (it.getToken().equals("bad")) {
            throw Samples.invalidToken();
          }
          return Samples.validated(it.getToken()).build();
        });
  }

  @AfterEach
  void stop() {
    tokens.close();
  }

  @Test
  void theServletFindsTheClaims() throws Exception {
    HttpServletRequest request = request("Bearer read");
    filter.doFilter(
        request,
        response(),
        (it, answer) -> assertEquals("user-1", TokenFilter.claims(it).userId()));
    assertEquals("user-1", TokenFilter.claims(request).userId());
    assertEquals(200, status);
    assertEquals(Map.of(), headers);
  }

  @Test
  void withoutToken() throws Exception {
    assertRefused(401, "Bearer");
  }

  @Test
  void withTwoTokens() throws Exception {
    assertRefused(401, "Bearer", "Bearer read", "Bearer read");
  }

  @Test
  void invalidToken() throws Exception {
    assertRefused(401, "Bearer error=\"invalid_token\"", "Bearer bad");
  }

  @Test
  void withoutPermission() throws Exception {
    assertRefused(403, "Bearer error=\"insufficient_scope\"", "Bearer write");
  }

  @Test
  void withoutTokenService() throws Exception {
    tokens.close();
    assertRefused(503, null, "Bearer read");
  }

  @Test
  void httpAlone() {
    ServletRequest other = fake(ServletRequest.class, Map.of());
    ServletResponse answer = fake(ServletResponse.class, Map.of());
    assertThrows(ServletException.class, () -> filter.doFilter(other, answer, (it, its) -> {}));
  }

  @Test
  void claimsBelongToARequestThatPassed() {
    assertThrows(IllegalStateException.class, () -> TokenFilter.claims(request()));
  }

  private void assertRefused(int expected, String challenge, String... authorization)
      throws Exception {
    filter.doFilter(
        request(authorization),
        response(),
        (it, answer) -> {
          throw new AssertionError("the request passed");
        });
    assertEquals(expected, status);
    assertEquals(challenge, headers.get("WWW-Authenticate"));
    assertEquals("no-store", headers.get("Cache-Control"));
    assertEquals(Map.of(), attributes);
  }

  private HttpServletRequest request(String... authorization) {
    return fake(
        HttpServletRequest.class,
        Map.of(
            "getHeaders", arguments -> Collections.enumeration(List.of(authorization)),
            "getAttribute", arguments -> attributes.get(arguments[0]),
            "setAttribute", arguments -> attributes.put((String) arguments[0], arguments[1])));
  }

  private HttpServletResponse response() {
    return fake(
        HttpServletResponse.class,
        Map.of(
            "setStatus", arguments -> status = (Integer) arguments[0],
            "setHeader", arguments -> headers.put((String) arguments[0], (String) arguments[1])));
  }

  private interface Method {
    Object call(Object[] arguments);
  }

  private static <T> T fake(Class<T> type, Map<String, Method> methods) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object result = methods.get(method.getName()).call(arguments);
              return method.getReturnType() == void.class ? null : result;
            }));
  }
}
