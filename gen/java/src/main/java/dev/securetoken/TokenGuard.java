package dev.securetoken;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Decides whether a request may pass by the bearer token that it carries. The middleware for gRPC
 * ({@link dev.securetoken.grpc.TokenServerInterceptor}) and for servlets ({@link
 * dev.securetoken.servlet.TokenFilter}) asks it; so may any other.
 *
 * <p>It denies whatever it does not know to be good: a service that cannot be reached, or that
 * refuses this application's own credential, admits nobody.
 */
public final class TokenGuard {
  private static final Logger LOGGER = System.getLogger(TokenGuard.class.getName());

  private final AsyncSecureTokenClient client;
  private final String requiredPermission;
  private final TokenCache cache;

  private TokenGuard(Builder builder) {
    this.client = builder.client.async();
    this.requiredPermission = builder.requiredPermission;
    this.cache = builder.cache;
  }

  /**
   * Starts to build a guard. Without further settings, it admits every valid token.
   *
   * @param client asks the service; the guard does not close it
   * @return a builder
   */
  public static Builder builder(SecureTokenClient client) {
    return new Builder(client);
  }

  /**
   * Decides about one request.
   *
   * @param authorization the values of its Authorization headers
   * @return the decision; it never fails
   */
  public CompletableFuture<Admission> admit(Iterable<String> authorization) {
    Optional<String> token = BearerToken.from(authorization);
    if (token.isEmpty()) {
      return CompletableFuture.completedFuture(Admission.refused(Refusal.TOKEN_MISSING));
    }
    return validate(token.get()).handle(this::decide);
  }

  private CompletableFuture<ValidToken> validate(String token) {
    if (cache == null) {
      return client.validateToken(token);
    }
    Optional<ValidToken> known = cache.get(token);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    long askedAt = cache.now();
    return client
        .validateToken(token)
        .thenApply(
            answer -> {
              cache.put(token, answer, askedAt);
              return answer;
            });
  }

  private Admission decide(ValidToken token, Throwable failure) {
    if (failure == null) {
      return requiredPermission == null || token.hasPermission(requiredPermission)
          ? Admission.granted(token)
          : Admission.refused(Refusal.PERMISSION_MISSING);
    }
    Throwable error = failure instanceof CompletionException ? failure.getCause() : failure;
    if (error instanceof TokenError) {
      return Admission.refused(Refusal.TOKEN_INVALID);
    }
    // Status alone: whoever runs this must learn that nobody is admitted, and why.
    LOGGER.log(Level.WARNING, "the token service gives no answer: {0}", codeOf(error));
    return Admission.refused(Refusal.SERVICE_UNAVAILABLE);
  }

  private static String codeOf(Throwable error) {
    return io.grpc.Status.fromThrowable(error).getCode().name();
  }

  /** Builds a {@link TokenGuard}. */
  public static final class Builder {
    private static final Duration LONGEST_CACHING = Duration.ofSeconds(60);

    private final SecureTokenClient client;
    private String requiredPermission;
    private TokenCache cache;

    private Builder(SecureTokenClient client) {
      this.client = client;
    }

    /**
     * Admits only tokens that hold a permission.
     *
     * @param permission compared exactly, case included
     * @return this
     */
    public Builder requirePermission(String permission) {
      this.requiredPermission = permission;
      return this;
    }

    /**
     * Remembers valid answers, so that a token seen a moment ago costs no call. Off by default: a
     * token that is revoked meanwhile passes until its answer is forgotten. An expired one never
     * does. What is kept is found by the SHA-256 digest of the token, never by the token.
     *
     * @param longest how long an answer is remembered: a few seconds, 60 at most
     * @param maxEntries how many are remembered; the least recently used go first
     * @return this
     */
    public Builder cache(Duration longest, int maxEntries) {
      if (longest.isZero() || longest.isNegative() || longest.compareTo(LONGEST_CACHING) > 0) {
        throw new IllegalArgumentException("longest must be above zero and at most 60 seconds");
      }
      if (maxEntries < 1) {
        throw new IllegalArgumentException("maxEntries must be at least 1");
      }
      this.cache = new TokenCache(longest, maxEntries, System::nanoTime);
      return this;
    }

    /**
     * Makes the guard.
     *
     * @return a guard for any number of threads
     */
    public TokenGuard build() {
      return new TokenGuard(this);
    }
  }
}
