package dev.securetoken.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.securetoken.FakeTokenService;
import dev.securetoken.NoRuleException;
import dev.securetoken.Requirement;
import dev.securetoken.Samples;
import dev.securetoken.TokenGuard;
import dev.securetoken.v1.TokenServiceGrpc;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFilterTest {
  private final Map<String, Object> attributes = new HashMap<>();
  private final Map<String, String> headers = new HashMap<>();
  private static final Map<String, Requirement> RULES =
      Map.of("GET /notes", Requirement.allOf("read"), "GET /open/*", Requirement.optional());

  private final List<Throwable> faults = new ArrayList<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private String method = "GET";
  private String uri = "/notes";
  private DispatcherType dispatch = DispatcherType.REQUEST;
  private TokenGuard guard;
  private FakeTokenService tokens;
  private TokenFilter filter;
  private int status = 200;

  @BeforeEach
  void start() throws Exception {
    tokens = new FakeTokenService();
    guard = TokenGuard.builder(tokens.client()).onFault(faults::add).build();
    filter = new TokenFilter(guard, RULES);
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
        (it, answer) -> {
          assertEquals("user-1", TokenFilter.claims(it).userId());
          assertEquals("Bearer read", TokenFilter.forwardedAuthorization(it));
          HttpServletRequest passed = (HttpServletRequest) it;
          assertEquals("user-1", passed.getUserPrincipal().getName());
          assertTrue(passed.isUserInRole("read"));
          assertFalse(passed.isUserInRole("write"));
        });
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
    assertRefused(401, "Bearer error=\"invalid_token\"", "Bearer read", "Bearer read");
  }

  @Test
  void invalidToken() throws Exception {
    assertRefused(401, "Bearer error=\"invalid_token\"", "Bearer bad");
  }

  @Test
  void withoutPermission() throws Exception {
    assertRefused(403, "Bearer error=\"insufficient_scope\", scope=\"read\"", "Bearer write");
  }

  @Test
  void withoutTokenService() throws Exception {
    tokens.close();
    assertRefused(503, null, "Bearer read");
    assertEquals("1", headers.get("Retry-After"));
    assertEquals(1, faults.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/other", "/notes/", "//notes", "/./notes", "/a/../notes", "/notes;a=b", "/notes%2f",
        "/not%65s%2e", "/no\\tes"
      })
  void whatNoRuleNames(String path) throws Exception {
    uri = path;
    assertRefused(403, "Bearer error=\"insufficient_scope\"", "Bearer read");
    assertEquals(NoRuleException.class, faults.get(0).getClass());
    assertEquals(List.of(), tokens.requests());
  }

  @Test
  void headIsAskedAsGetAndHasNoBody() throws Exception {
    method = "HEAD";
    assertRefused(401, "Bearer");
    assertEquals("", body.toString(StandardCharsets.UTF_8));
  }

  @Test
  void whatHasPassedGoesOnToItsErrorPageAndAfterItWaited() throws Exception {
    HttpServletRequest request = request("Bearer read");
    filter.doFilter(request, response(), (it, answer) -> {});
    List<String> users = new ArrayList<>();
    dispatch = DispatcherType.ASYNC;
    filter.doFilter(request, response(), (it, answer) -> users.add(userOf(it)));
    dispatch = DispatcherType.ERROR;
    uri = "/error";
    filter.doFilter(request, response(), (it, answer) -> users.add(userOf(it)));
    assertEquals(List.of("user-1", "user-1"), users);
    assertEquals(1, tokens.requests().size());
    assertEquals(200, status);
  }

  private static String userOf(ServletRequest request) {
    return ((HttpServletRequest) request).getUserPrincipal().getName();
  }

  @ParameterizedTest
  @EnumSource(
      value = DispatcherType.class,
      names = {"ASYNC", "FORWARD"})
  void whatHasPassedDoesNotGoOnToAnotherPath(DispatcherType type) throws Exception {
    filter.doFilter(request("Bearer read"), response(), (it, answer) -> {});
    dispatch = type;
    uri = "/other";
    filter.doFilter(
        request("Bearer read"),
        response(),
        (it, answer) -> {
          throw new AssertionError("the request passed");
        });
    assertEquals(403, status);
  }

  @Test
  void anErrorPageOfWhatHasNotPassedNeedsARule() throws Exception {
    dispatch = DispatcherType.ERROR;
    uri = "/error";
    assertRefused(403, "Bearer error=\"insufficient_scope\"", "Bearer read");
    // That another filter let it pass is no reason.
    new TokenFilter(guard, Map.of("GET /error", Requirement.open()))
        .doFilter(request(), response(), (it, answer) -> {});
    attributes.remove(TokenFilter.CLAIMS);
    filter.doFilter(
        request(),
        response(),
        (it, answer) -> {
          throw new AssertionError("the request passed");
        });
    assertEquals(403, status);
  }

  @Test
  void nobodyPassesWhereATokenIsOptional() throws Exception {
    uri = "/open/x";
    HttpServletRequest request = request();
    filter.doFilter(request, response(), (it, answer) -> {});
    assertEquals(200, status);
    assertEquals(Optional.empty(), TokenFilter.optionalClaims(request));
    assertThrows(
        IllegalStateException.class, () -> TokenFilter.forwardedAuthorization(request));
  }

  @Test
  void anAnswerOfTheApplicationsOwn() throws Exception {
    filter =
        TokenFilter.builder(guard, RULES)
            .onRefusal((refusal, request, response) -> response.setStatus(418))
            .build();
    filter.doFilter(request(), response(), (it, answer) -> {});
    assertEquals(418, status);
    filter =
        TokenFilter.builder(guard, RULES)
            .onRefusal(
                (refusal, request, response) -> {
                  throw new IOException("the handler's own fault");
                })
            .build();
    assertRefused(401, "Bearer");
  }

  @Test
  void aTokenFromElsewhere() throws Exception {
    filter = TokenFilter.builder(guard, RULES).extractToken(it -> "read").build();
    filter.doFilter(request(), response(), (it, answer) -> {});
    assertEquals(200, status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/notes", "GET", "GET notes", "get /notes", "GET /notes*", "GET /*/a", "GET /a//b",
        "GET /a/../b", "HEAD /notes", ""
      })
  void rulesThatCannotWork(String rule) {
    Map<String, Requirement> rules = Map.of(rule, Requirement.open());
    assertThrows(IllegalArgumentException.class, () -> new TokenFilter(guard, rules));
  }

  @Test
  void rulesThatSayNothing() {
    Map<String, Requirement> rules = new HashMap<>();
    assertThrows(IllegalArgumentException.class, () -> new TokenFilter(guard, rules));
    rules.put("GET /notes", null);
    assertThrows(IllegalArgumentException.class, () -> new TokenFilter(guard, rules));
    assertThrows(NullPointerException.class, () -> new TokenFilter(null, RULES));
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
    assertEquals("application/json", headers.get("Content-Type"));
    assertEquals(Map.of(), attributes);
  }

  private HttpServletRequest request(String... authorization) {
    return fake(
        HttpServletRequest.class,
        Map.of(
            "getMethod", arguments -> method,
            "getServletPath", arguments -> uri,
            "getPathInfo", arguments -> null,
            "getDispatcherType", arguments -> dispatch,
            "getRequestURI", arguments -> uri,
            "getHeaders", arguments -> Collections.enumeration(List.of(authorization)),
            "getAttribute", arguments -> attributes.get(arguments[0]),
            "setAttribute", arguments -> attributes.put((String) arguments[0], arguments[1])));
  }

  private HttpServletResponse response() {
    return fake(
        HttpServletResponse.class,
        Map.of(
            "isCommitted", arguments -> false,
            "reset", arguments -> null,
            "setContentType", arguments -> headers.put("Content-Type", (String) arguments[0]),
            "getOutputStream", arguments -> output(),
            "setStatus", arguments -> status = (Integer) arguments[0],
            "setHeader", arguments -> headers.put((String) arguments[0], (String) arguments[1])));
  }

  private ServletOutputStream output() {
    return new ServletOutputStream() {
      @Override
      public void write(int b) {
        body.write(b);
      }

      @Override
      public boolean isReady() {
        return true;
      }

      @Override
      public void setWriteListener(WriteListener listener) {}
    };
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
