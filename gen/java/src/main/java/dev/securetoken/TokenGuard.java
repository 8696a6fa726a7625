package dev.securetoken;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Decides whether a request may pass by the bearer token that it carries. The middleware for gRPC
 * ({@link dev.securetoken.grpc.TokenServerInterceptor}) and for servlets ({@link
 * dev.securetoken.servlet.TokenFilter}) asks it; so may any other.
 *
 * <p>It denies whatever it does not know to be good: a service that cannot be reached, or that
 * refuses this application's own credential, admits nobody. It asks with its client's own
 * credential, for as long as the client's deadline allows, whatever the deadline of the request.
 * Concurrent requests with one token are one call. Where the client makes more calls than it may,
 * requests are refused at once: none waits for the tokens of others.
 */
public final class TokenGuard {
  private static final Logger LOGGER = System.getLogger(TokenGuard.class.getName());

  private final AsyncSecureTokenClient client;
  private final Consumer<Throwable> onFault;
  private final TokenCache cache;
  private final Runnable onCacheHit;
  private final WatchedVerifier verifier;
  private final String audience;
  private final Flights flights = new Flights();

  private TokenGuard(Builder builder) {
    this.client = new AsyncSecureTokenClient(builder.client.calls().withoutWaitingForRate());
    this.onFault = builder.onFault;
    this.cache = builder.cache;
    this.onCacheHit = builder.onCacheHit;
    this.audience = builder.audience;
    this.verifier = builder.watches ? WatchedVerifier.of(builder.client) : builder.verifier;
  }

  /**
   * Starts to build a guard.
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
   * @param requirement what the request must present
   * @param authorization the values of its Authorization headers
   * @return the decision; it never fails
   */
  public CompletableFuture<Admission> admit(
      Requirement requirement, Iterable<String> authorization) {
    return admit(requirement, BearerToken.from(authorization));
  }

  /**
   * Decides about a request whose token the application found itself, as in a cookie. Beware of
   * cross-site requests where browsers send it by themselves.
   *
   * @param requirement what the request must present
   * @param token the token; {@code null} or empty where there is none
   * @return the decision; it never fails
   */
  public CompletableFuture<Admission> admitToken(Requirement requirement, String token) {
    return admit(requirement, BearerToken.extracted(token));
  }

  /**
   * The decision about a request that no rule names, which the fault handler is told.
   *
   * @param request what was asked for, such as {@code GET /notes}
   * @return a refusal
   */
  public Admission refuseUnnamed(String request) {
    tell(new NoRuleException(request));
    return refused(RefusalReason.PERMISSION_MISSING);
  }

  private CompletableFuture<Admission> admit(Requirement requirement, BearerToken found) {
    Objects.requireNonNull(requirement, "requirement");
    if (requirement.isOpen()
        || (requirement.isOptional() && found.reason == RefusalReason.TOKEN_MISSING)) {
      return CompletableFuture.completedFuture(Admission.nobody());
    }
    if (found.reason != null) {
      return CompletableFuture.completedFuture(refused(found.reason));
    }
    return validate(found.token)
        .handle((token, failure) -> decide(requirement, found.token, token, failure));
  }

  private CompletableFuture<ValidToken> validate(String token) {
    if (verifier != null) {
      return verifier.verifyAsync(token);
    }
    TokenDigest digest = new TokenDigest(token);
    if (cache == null) {
      return flights.join(digest, () -> client.validateToken(token));
    }
    Optional<ValidToken> known = cache.get(digest);
    if (known.isPresent()) {
      tellHit();
      return CompletableFuture.completedFuture(known.get());
    }
    TokenCache.Asked askedAt = cache.now();
    return flights.join(
        digest,
        () ->
            client
                .validateToken(token)
                .thenApply(
                    answer -> {
                      cache.put(digest, answer, askedAt);
                      return answer;
                    }));
  }

  private void tellHit() {
    try {
      onCacheHit.run();
    } catch (RuntimeException | Error failure) { // the hook's own fault, which decides nothing
      LOGGER.log(Level.ERROR, "the hook of cache hits failed", failure);
    }
  }

  private Admission decide(
      Requirement requirement, String bearer, ValidToken token, Throwable failure) {
    if (failure == null) {
      if (!Audiences.isMet(token, audience)) {
        return refused(RefusalReason.TOKEN_INVALID);
      }
      return requirement.isMetBy(token)
          ? Admission.granted(token, bearer)
          : Admission.refused(Refusal.permissionMissing(requirement.permissions()));
    }
    Throwable error = Futures.cause(failure);
    if (error instanceof TokenExpiredError) {
      return refused(RefusalReason.TOKEN_EXPIRED);
    }
    if (error instanceof TokenError) {
      return refused(RefusalReason.TOKEN_INVALID);
    }
    tell(error);
    return refused(RefusalReason.UNAVAILABLE);
  }

  private static Admission refused(RefusalReason reason) {
    return Admission.refused(Refusal.of(reason));
  }

  /**
   * Tells the fault handler what is wrong; middleware does so where a handler of the application's
   * own fails.
   *
   * @param fault what is wrong
   */
  public void tell(Throwable fault) {
    try {
      onFault.accept(fault);
    } catch (RuntimeException error) {
      LOGGER.log(Level.ERROR, "the fault handler failed", error);
    }
  }

  /** Whoever runs this must learn that somebody is refused, and why. */
  private static void log(Throwable fault) {
    LOGGER.log(Level.WARNING, "a request was refused: {0}", fault.getMessage());
  }

  /** Builds a {@link TokenGuard}. */
  public static final class Builder {
    private static final Duration LONGEST_CACHING = Duration.ofSeconds(60);

    private final SecureTokenClient client;
    private Consumer<Throwable> onFault = TokenGuard::log;
    private TokenCache cache;
    private Runnable onCacheHit = () -> {};
    private WatchedVerifier verifier;
    private boolean watches;
    private String audience;

    private Builder(SecureTokenClient client) {
      this.client = Objects.requireNonNull(client, "client");
    }

    /**
     * Is told why a token could not be checked, such as a refusal of this client's own API key, and
     * of requests that no rule names ({@link NoRuleException}). Whoever sent the request never is.
     *
     * @param handler called once for each such request; default: writes a warning to the log
     * @return this
     */
    public Builder onFault(Consumer<Throwable> handler) {
      this.onFault = Objects.requireNonNull(handler, "handler");
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
      this.cache = new TokenCache(longest, maxEntries, System::nanoTime, System::currentTimeMillis);
      return this;
    }

    /**
     * Is told of each token that {@link #cache} spared a call, for metrics. It must not block; what it
     * throws is logged and changes nothing. A {@link WatchedVerifier} has a {@link WatchListener}.
     *
     * @param hook is told; default: nobody is
     * @return this
     */
    public Builder onCacheHit(Runnable hook) {
      this.onCacheHit = Objects.requireNonNull(hook, "hook");
      return this;
    }

    /**
     * Checks tokens in memory and against every revocation, instead of asking for each request: a
     * {@link WatchedVerifier} of the client with the default bounds, which ends with the client. Off by
     * default.
     *
     * @return this
     */
    public Builder watch() {
      this.watches = true;
      return this;
    }

    /**
     * The same with bounds of the application's own, or for several guards.
     *
     * @param verifier checks tokens; the guard does not close it
     * @return this
     */
    public Builder watch(WatchedVerifier verifier) {
      this.watches = false;
      this.verifier = Objects.requireNonNull(verifier, "verifier");
      return this;
    }

    /**
     * Refuses, as not valid, tokens that are not meant for this service: those whose audiences do not
     * hold the name, compared exactly, and those without any. Default: any token passes.
     *
     * @param audience the service that this guard protects
     * @return this
     * @throws IllegalArgumentException for {@code null} and the empty text, which would require none
     */
    public Builder audience(String audience) {
      this.audience = Audiences.named(audience);
      return this;
    }

    /**
     * Makes the guard.
     *
     * @return a guard for any number of threads
     * @throws IllegalStateException for a guard that both watches and caches
     */
    public TokenGuard build() {
      if ((watches || verifier != null) && cache != null) {
        throw new IllegalStateException("watch() keeps answers itself: cache() is not for it");
      }
      return new TokenGuard(this);
    }
  }
}
