package dev.securetoken.servlet;

import dev.securetoken.Admission;
import dev.securetoken.HttpRules;
import dev.securetoken.Refusal;
import dev.securetoken.RefusalReason;
import dev.securetoken.Requirement;
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
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Lets a request pass that presents what its rule requires, and hands the token's claims to the
 * servlet: as a request attribute, and as {@code getUserPrincipal()} and {@code isUserInRole()}. All
 * others are answered with 401, 403, or 503 when the token service does not answer; RFC 6750,
 * section 3.
 *
 * <p>Rules see the path below the context path: servlet path and path info. Map the filter to {@code
 * /*}, so that nothing goes round it.
 *
 * <p>Where the filter is mapped to ERROR and ASYNC dispatches too, as in a chain of Spring Security,
 * a request that has passed goes on with the same claims: to the page that tells of its error, for
 * which no rule is needed, and to its own path after it waited.
 */
public final class TokenFilter implements Filter {
  /** The name of the request attribute that holds the claims. */
  public static final String CLAIMS = "dev.securetoken.claims";

  private static final String BEARER = "dev.securetoken.bearer";

  /** The attribute of requests that this very filter has let pass; its value is their path. */
  private final String passed = "dev.securetoken.passed." + System.identityHashCode(this);

  private final TokenGuard guard;
  private final HttpRules rules;
  private final RefusalHandler onRefusal;
  private final Function<HttpServletRequest, String> extractToken;

  /**
   * Makes a filter.
   *
   * @param guard decides about each request
   * @param rules requirements by method and path; see {@link HttpRules}
   * @throws IllegalArgumentException naming a rule that cannot work
   */
  public TokenFilter(TokenGuard guard, Map<String, Requirement> rules) {
    this(builder(guard, rules));
  }

  private TokenFilter(Builder builder) {
    this.guard = builder.guard;
    this.rules = builder.rules;
    this.onRefusal = builder.onRefusal;
    this.extractToken = builder.extractToken;
  }

  /**
   * Starts to build a filter with answers or tokens of the application's own.
   *
   * @param guard decides about each request
   * @param rules requirements by method and path; see {@link HttpRules}
   * @return a builder
   * @throws IllegalArgumentException naming a rule that cannot work
   */
  public static Builder builder(TokenGuard guard, Map<String, Requirement> rules) {
    return new Builder(guard, rules);
  }

  /**
   * The claims of the token that a request bears.
   *
   * @param request the request
   * @return the claims
   * @throws IllegalStateException for a request that the filter did not let pass with a token
   */
  public static ValidToken claims(ServletRequest request) {
    return optionalClaims(request)
        .orElseThrow(() -> new IllegalStateException("no TokenFilter let this request pass"));
  }

  /**
   * The same where a token is not required.
   *
   * @param request the request
   * @return the claims; empty for a request that passed as nobody
   */
  public static Optional<ValidToken> optionalClaims(ServletRequest request) {
    return Optional.ofNullable((ValidToken) request.getAttribute(CLAIMS));
  }

  /**
   * The Authorization header that calls another service as the user of a request. For that service
   * alone, and over TLS: whoever gets the token can use it.
   *
   * @param request a request that the filter let pass with a token
   * @return the header's value
   * @throws IllegalStateException for any other request
   */
  public static String forwardedAuthorization(ServletRequest request) {
    Object bearer = request.getAttribute(BEARER);
    if (bearer == null) {
      throw new IllegalStateException("no TokenFilter let this request pass");
    }
    return "Bearer " + bearer;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest) || !(response instanceof HttpServletResponse)) {
      throw new ServletException("TokenFilter protects HTTP alone");
    }
    HttpServletRequest asked = (HttpServletRequest) request;
    if (goesOn(asked)) {
      pass(asked, response, chain);
      return;
    }
    Admission admission = decide(asked);
    if (admission.refusal().isPresent()) {
      refuse(admission.refusal().get(), asked, (HttpServletResponse) response);
      return;
    }
    request.setAttribute(CLAIMS, admission.optionalToken().orElse(null));
    request.setAttribute(BEARER, admission.bearer().orElse(null));
    request.setAttribute(passed, pathOf(asked));
    pass(asked, response, chain);
  }

  /** Whether the container dispatches a request anew that this filter has let pass already. */
  private boolean goesOn(HttpServletRequest request) {
    Object path = request.getAttribute(passed);
    switch (request.getDispatcherType()) {
      case ERROR:
        return path != null;
      case ASYNC:
        return pathOf(request).equals(path);
      default:
        return false;
    }
  }

  private static void pass(HttpServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Optional<ValidToken> token = optionalClaims(request);
    chain.doFilter(token.isPresent() ? new TokenRequest(request, token.get()) : request, response);
  }

  private Admission decide(HttpServletRequest request) {
    String path = pathOf(request);
    Optional<Requirement> requirement =
        rules.find(request.getMethod(), path, request.getRequestURI());
    if (requirement.isEmpty()) {
      return guard.refuseUnnamed(request.getMethod() + " " + path);
    }
    CompletableFuture<Admission> admission =
        extractToken == null
            ? guard.admit(requirement.get(), Collections.list(request.getHeaders("Authorization")))
            : guard.admitToken(requirement.get(), extractToken.apply(request));
    return admission.join(); // bounded by the client's deadline
  }

  private static String pathOf(HttpServletRequest request) {
    String info = request.getPathInfo();
    String path = request.getServletPath() + (info == null ? "" : info);
    return path.isEmpty() ? "/" : path;
  }

  private void refuse(Refusal refusal, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (onRefusal != null) {
      try {
        onRefusal.handle(refusal, request, response);
        return;
      } catch (IOException | RuntimeException error) {
        guard.tell(error);
        if (response.isCommitted()) {
          return;
        }
        response.reset();
      }
    }
    response.setStatus(refusal.status());
    response.setHeader("Cache-Control", "no-store");
    refusal.challenge().ifPresent(it -> response.setHeader("WWW-Authenticate", it));
    if (refusal.reason() == RefusalReason.UNAVAILABLE) {
      response.setHeader("Retry-After", "1");
    }
    response.setContentType("application/json");
    if (!request.getMethod().equals("HEAD")) {
      response.getOutputStream().write(refusal.body().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Builds a {@link TokenFilter}. */
  public static final class Builder {
    private final TokenGuard guard;
    private final HttpRules rules;
    private RefusalHandler onRefusal;
    private Function<HttpServletRequest, String> extractToken;

    private Builder(TokenGuard guard, Map<String, Requirement> rules) {
      this.guard = Objects.requireNonNull(guard, "guard");
      this.rules = HttpRules.of(rules);
    }

    /**
     * Answers refused requests in the application's own way. If the handler fails before the
     * response is committed, the fixed answer is sent.
     *
     * @param handler writes the answer
     * @return this
     */
    public Builder onRefusal(RefusalHandler handler) {
      this.onRefusal = Objects.requireNonNull(handler, "handler");
      return this;
    }

    /**
     * Finds the token elsewhere than in the Authorization header, as in a cookie. Beware of
     * cross-site requests where browsers send it by themselves.
     *
     * @param extract gives the token; {@code null} or empty where there is none
     * @return this
     */
    public Builder extractToken(Function<HttpServletRequest, String> extract) {
      this.extractToken = Objects.requireNonNull(extract, "extract");
      return this;
    }

    /**
     * Makes the filter.
     *
     * @return a filter for any number of threads
     */
    public TokenFilter build() {
      return new TokenFilter(this);
    }
  }
}
