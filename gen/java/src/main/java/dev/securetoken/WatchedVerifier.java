package dev.securetoken;

import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Asks the service once for each token, and follows its feed of revocations from then on.
 *
 * <p>A token is vouched for without a call as long as it has not expired, no revocation hits it, the
 * service still has its key, and what is known of revocations is not older than the bound. Otherwise
 * the service is asked; where it cannot be reached, nothing passes, and where the client makes more
 * calls than it may, {@link RateExceededError} is thrown at once. Make one for a client and its
 * guards. The client must be allowed to call ValidateToken, BatchValidateTokens and WatchRevocations.
 *
 * <p>One serves all threads. It follows the feed from the start, in one daemon thread, until it or the
 * client is closed.
 */
public final class WatchedVerifier implements AutoCloseable {
  private static final int MAX_PERMISSION = 128;

  /** A call that ends at its deadline says more than that it is late. */
  private static final Duration LATE = Duration.ofMillis(100);

  private final Calls calls;
  private final WatchCore core;
  private final Questions questions;
  private final Feed feed;
  private final String audience;

  private WatchedVerifier(Builder builder) {
    this.calls = builder.client.calls().withoutWaitingForRate();
    KeptAnswers answers = new KeptAnswers(builder.maxEntries, builder.maxBytes);
    this.core = new WatchCore(answers, builder.maxStaleness, builder.clocks, builder.listener);
    this.questions = new Questions(core, calls);
    this.feed = new Feed(core, calls.connection());
    this.audience = builder.audience;
  }

  /**
   * Makes a verifier with the default bounds.
   *
   * @param client asks the service; closing the verifier leaves it open
   * @return a verifier to close at the end
   */
  public static WatchedVerifier of(SecureTokenClient client) {
    return builder(client).build();
  }

  /**
   * Starts to build a verifier.
   *
   * @param client asks the service; closing the verifier leaves it open
   * @return a builder
   */
  public static Builder builder(SecureTokenClient client) {
    return new Builder(client);
  }

  /**
   * A valid token's claims.
   *
   * @param token the token
   * @return its claims
   * @throws InvalidTokenError when it is malformed, not authentic, revoked or for other audiences
   * @throws TokenExpiredError when it is past its expiry
   * @throws io.grpc.StatusRuntimeException when the service must be asked and does not answer
   */
  public ValidToken verify(String token) {
    return wait(verifyAsync(token));
  }

  /**
   * The same for a token that must hold a permission.
   *
   * @param token the token
   * @param requiredPermission compared exactly, case included; at most 128 code points
   * @return its claims
   * @throws PermissionDeniedError when the token lacks the permission
   * @throws InvalidTokenError as {@link #verify(String)}
   * @throws TokenExpiredError as {@link #verify(String)}
   * @throws TokenError when the permission is too long
   * @throws io.grpc.StatusRuntimeException when the service must be asked and does not answer
   */
  public ValidToken verify(String token, String requiredPermission) {
    return wait(verifyAsync(token, requiredPermission));
  }

  /**
   * As {@link #verify(String)} without waiting.
   *
   * @param token the token
   * @return its claims, or what that throws
   */
  public CompletableFuture<ValidToken> verifyAsync(String token) {
    return told(verified(token));
  }

  /**
   * As {@link #verify(String, String)} without waiting.
   *
   * @param token the token
   * @param requiredPermission compared exactly
   * @return its claims, or what that throws
   */
  public CompletableFuture<ValidToken> verifyAsync(String token, String requiredPermission) {
    if (!isAskable(requiredPermission)) {
      // The service has a rule of its own for it.
      return told(
          calls
              .future(
                  Operation.CHECK,
                  () -> Requests.check(token, requiredPermission, CheckOptions.defaults()))
              .thenCompose(granted -> verified(token)));
    }
    return told(verified(token).thenApply(claims -> holding(claims, requiredPermission)));
  }

  /**
   * What is known at present, for metrics and health checks.
   *
   * @return the state
   */
  public WatchState state() {
    return core.state();
  }

  /** Ends the feed and its thread. The client stays open. */
  @Override
  public void close() {
    feed.close();
  }

  private CompletableFuture<ValidToken> verified(String token) {
    if (token == null) {
      return CompletableFuture.failedFuture(Refusals.emptyToken());
    }
    TokenDigest digest = new TokenDigest(token);
    try {
      ValidToken kept = core.look(digest);
      if (kept != null) {
        return CompletableFuture.completedFuture(meant(kept));
      }
    } catch (InvalidTokenError refused) {
      return CompletableFuture.failedFuture(refused);
    }
    core.tell(WatchListener::miss);
    CompletableFuture<KeptAnswer> answer =
        questions
            .ask(digest, token)
            .copy() // others wait for it too
            .orTimeout(calls.deadline().plus(LATE).toNanos(), TimeUnit.NANOSECONDS);
    return Waiters.one(answer).handle(this::given);
  }

  /** The claims of an answer. The call before may have taken all the time that this one had. */
  private ValidToken given(KeptAnswer answer, Throwable failure) {
    if (failure == null) {
      return meant(core.give(answer));
    }
    Throwable error = Futures.cause(failure);
    if (error instanceof TimeoutException) {
      throw Status.DEADLINE_EXCEEDED
          .withDescription("the service does not answer")
          .asRuntimeException();
    }
    throw error instanceof RuntimeException ? (RuntimeException) error : new CompletionException(error);
  }

  private ValidToken meant(ValidToken claims) {
    if (!Audiences.isMet(claims, audience)) {
      throw Refusals.notFor(audience);
    }
    return claims;
  }

  private static ValidToken holding(ValidToken claims, String permission) {
    if (!claims.hasPermission(permission)) {
      throw Refusals.notGranted(permission);
    }
    return claims;
  }

  private CompletableFuture<ValidToken> told(CompletableFuture<ValidToken> verified) {
    return verified.isDone() && !verified.isCompletedExceptionally()
        ? verified
        : verified.whenComplete(
            (claims, error) -> {
              if (error != null) {
                Throwable cause = Futures.cause(error);
                String reason =
                    cause instanceof TokenError ? ((TokenError) cause).reason() : "UNAVAILABLE";
                core.tell(it -> it.refused(reason));
              }
            });
  }

  /** Whether a permission is one that the service looks for, and not one that it refuses. */
  private static boolean isAskable(String permission) {
    return permission != null
        && permission.codePointCount(0, permission.length()) <= MAX_PERMISSION
        && Utf16.isWellFormed(permission);
  }

  private static ValidToken wait(CompletableFuture<ValidToken> verified) {
    try {
      return verified.join(); // bounded by the client's deadline
    } catch (CompletionException failed) {
      Throwable cause = Futures.cause(failed);
      if (cause instanceof RuntimeException) {
        throw (RuntimeException) cause;
      }
      throw failed;
    }
  }

  /** Builds a {@link WatchedVerifier}. */
  public static final class Builder {
    private static final Duration LEAST_STALENESS = Duration.ofSeconds(1);
    private static final Duration MOST_STALENESS = Duration.ofMinutes(5);
    private static final int MOST_ENTRIES = 10_000_000;
    private static final long LEAST_BYTES = 1024 * 1024;

    private final SecureTokenClient client;
    private Duration maxStaleness = Duration.ofSeconds(10);
    private int maxEntries = 100_000;
    private long maxBytes = 256L * 1024 * 1024;
    private String audience;
    private WatchListener listener = new WatchListener() {};
    private WatchClocks clocks = WatchClocks.system();

    private Builder(SecureTokenClient client) {
      this.client = Objects.requireNonNull(client, "client");
    }

    /**
     * How old what is known of revocations may be; beyond it the service is asked about every token.
     *
     * @param bound one second to five minutes; default: ten seconds
     * @return this
     */
    public Builder maxStaleness(Duration bound) {
      if (bound.compareTo(LEAST_STALENESS) < 0 || bound.compareTo(MOST_STALENESS) > 0) {
        throw new IllegalArgumentException("maxStaleness must be 1 second to 5 minutes");
      }
      this.maxStaleness = bound;
      return this;
    }

    /**
     * How many answers are kept; the least recently used gives way.
     *
     * @param bound 1 to 10,000,000; default: 100,000
     * @return this
     */
    public Builder maxEntries(int bound) {
      if (bound < 1 || bound > MOST_ENTRIES) {
        throw new IllegalArgumentException("maxEntries must be 1 to 10,000,000");
      }
      this.maxEntries = bound;
      return this;
    }

    /**
     * How much memory the kept answers may take, as estimated.
     *
     * @param bound at least 1 MiB; default: 256 MiB
     * @return this
     */
    public Builder maxBytes(long bound) {
      if (bound < LEAST_BYTES) {
        throw new IllegalArgumentException("maxBytes must be at least 1,048,576");
      }
      this.maxBytes = bound;
      return this;
    }

    /**
     * The service that tokens must be meant for, compared exactly with each kept answer. Default: any
     * token passes.
     *
     * @param audience the service
     * @return this
     * @throws IllegalArgumentException for {@code null} and the empty text, which would require none
     */
    public Builder audience(String audience) {
      this.audience = Audiences.named(audience);
      return this;
    }

    /**
     * Who is told what happens.
     *
     * @param listener for metrics
     * @return this
     */
    public Builder listener(WatchListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Clocks of a test's own.
     *
     * @param monotonicNanos never goes back, and may stand still while the machine sleeps
     * @param wallMillis since 1970; may be set, and goes on while the machine sleeps
     * @return this
     */
    public Builder clocks(LongSupplier monotonicNanos, LongSupplier wallMillis) {
      this.clocks =
          WatchClocks.of(
              Objects.requireNonNull(monotonicNanos, "monotonicNanos"),
              Objects.requireNonNull(wallMillis, "wallMillis"));
      return this;
    }

    /**
     * Makes the verifier, which follows the feed from now on.
     *
     * @return a verifier to close at the end
     */
    public WatchedVerifier build() {
      return new WatchedVerifier(this);
    }
  }
}
