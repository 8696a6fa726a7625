package dev.securetoken;

import dev.securetoken.v1.WatchRevocationsResponse;
import io.grpc.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;

/** What a {@link WatchedVerifier} decides: kept answers, checked against the feed at every look. */
final class WatchCore {
  private static final Logger LOGGER = System.getLogger(WatchedVerifier.class.getName());

  /** A feed on which nothing comes for so long is opened anew. */
  private static final long SILENCE_NANOS = Duration.ofSeconds(3).toNanos();

  /** What is known is not called stale before: there is a checkpoint each second. */
  private static final long LEAST_STALE_NANOS = Duration.ofMillis(1_500).toNanos();

  private final KeptAnswers answers;
  private final long maxStalenessNanos;
  private final WatchClocks clocks;
  private final WatchListener listener;
  private final FeedState feed = new FeedState();
  private volatile long heardAt;
  private volatile boolean isPermitted = true;
  private boolean isWarned;

  WatchCore(KeptAnswers answers, Duration maxStaleness, WatchClocks clocks, WatchListener listener) {
    this.answers = answers;
    this.maxStalenessNanos = maxStaleness.toNanos();
    this.clocks = clocks;
    this.listener = listener;
    this.heardAt = System.nanoTime();
  }

  /** The instant of a question, for {@link #keep}. */
  WatchClocks.Asked now() {
    return clocks.now();
  }

  /**
   * The claims of a token that can be vouched for now; {@code null} where the server must be asked.
   *
   * @throws InvalidTokenError where it is known to be revoked
   */
  ValidToken look(TokenDigest digest) {
    KeptAnswer answer = answers.get(digest);
    FeedState.Checkpoint checkpoint = feed.checkpoint;
    if (answer == null || checkpoint == null) {
      return null;
    }
    WatchClocks.Asked now = clocks.now();
    long age = answer.ageNanos(now);
    if (age >= answer.lifetimeNanos) {
      answers.drop(digest, answer);
      return null;
    }
    if (!isFreshFor(answer, checkpoint, now)) {
      return null;
    }
    LiveSet live = feed.live;
    refuseRevoked(answer, live);
    if (live.mayHaveForgotten(answer)) {
      return null;
    }
    tell(WatchListener::hit);
    return answer.claims(age);
  }

  /** An answer that has come since {@link #look} found none; {@code null} where it cannot be vouched for. */
  KeptAnswer kept(TokenDigest digest) {
    KeptAnswer answer = answers.get(digest);
    WatchClocks.Asked now = clocks.now();
    boolean lives = answer != null && answer.ageNanos(now) < answer.lifetimeNanos;
    return lives && vouchesFor(answer, now) ? answer : null;
  }

  /** Keeps an answer of the server. Throws {@link InvalidTokenError} where it is revoked since. */
  KeptAnswer keep(TokenDigest digest, ValidToken claims, WatchClocks.Asked asked) {
    KeptAnswer answer = new KeptAnswer(claims, asked);
    answers.put(digest, answer);
    refuseRevoked(answer, feed.live);
    return answer;
  }

  /**
   * The claims of an answer that has just come, unless its token has been revoked or has ended
   * meanwhile. An answer is as old as its call's last try, and may have been on its way for long:
   * then it needs to be vouched for.
   */
  ValidToken give(KeptAnswer answer) {
    refuseRevoked(answer, feed.live);
    WatchClocks.Asked now = clocks.now();
    long age = answer.ageNanos(now);
    if (age >= answer.lifetimeNanos) {
      throw Refusals.expiredToken(answer.claims.expiresAt());
    }
    if (age > maxStalenessNanos && !vouchesFor(answer, now)) {
      throw CallErrors.named(
          Status.UNAVAILABLE
              .withDescription("the answer about the token came too late to be vouched for")
              .asRuntimeException());
    }
    return answer.claims;
  }

  private boolean vouchesFor(KeptAnswer answer, WatchClocks.Asked now) {
    FeedState.Checkpoint checkpoint = feed.checkpoint;
    return checkpoint != null
        && isFreshFor(answer, checkpoint, now)
        && !feed.live.mayHaveForgotten(answer);
  }

  /** Whether enough is known to hold the answer against, but for what was dropped. */
  private boolean isFreshFor(
      KeptAnswer answer, FeedState.Checkpoint checkpoint, WatchClocks.Asked now) {
    return checkpoint.staleness(now.nanos) <= maxStalenessNanos
        && checkpoint.keyIds.contains(answer.claims.keyId());
  }

  private static void refuseRevoked(KeptAnswer answer, LiveSet live) {
    if (live.hits(answer)) {
      throw Refusals.revokedToken();
    }
  }

  /** Begins a feed that is asked for at once, and gives the cursor to ask for. */
  String beginFeed() {
    heardAt = System.nanoTime();
    return feed.begin(clocks.now());
  }

  /** How long ago the present feed was asked for. */
  Duration feedAge() {
    return Duration.ofNanos(feed.age(clocks.nanos()));
  }

  /** Whether the last checkpoint was on its way for more than half of the bound. */
  boolean isLate() {
    FeedState.Checkpoint checkpoint = feed.checkpoint;
    return checkpoint != null && checkpoint.delayNanos > maxStalenessNanos / 2;
  }

  /** Whether the server itself knows too little to be vouched by. */
  boolean isBehind() {
    FeedState.Checkpoint checkpoint = feed.checkpoint;
    return checkpoint != null && checkpoint.ownNanos > maxStalenessNanos;
  }

  /** Takes an event of the feed; true for a checkpoint. Throws {@link FeedException}. */
  boolean apply(WatchRevocationsResponse event) {
    WatchClocks.Asked now = clocks.now();
    heardAt = System.nanoTime();
    try {
      boolean isCheckpoint = feed.apply(event, now);
      isPermitted |= isCheckpoint;
      return isCheckpoint;
    } catch (FeedException malformed) {
      feed.distrust();
      throw malformed;
    }
  }

  /**
   * Whether nothing has come on the feed for too long, by a clock of its own: this is no matter of
   * trust, and sleep is no silence.
   */
  boolean isSilent() {
    return System.nanoTime() - heardAt >= SILENCE_NANOS;
  }

  /** The server does not give this caller the feed, or too much of it: told once. */
  void refuseFeed(Throwable cause) {
    feed.distrust();
    if (isPermitted) {
      isPermitted = false;
      LOGGER.log(
          Level.WARNING,
          "revocations cannot be watched, each token is asked for: {0}",
          cause.getMessage());
      tell(it -> it.notWatched(cause));
    }
  }

  /** Warns once when what is known is half the bound old, until it is younger than half of that. */
  void warn() {
    FeedState.Checkpoint checkpoint = feed.checkpoint;
    long staleness = checkpoint == null ? 0 : checkpoint.staleness(clocks.nanos());
    long bound = Math.max(maxStalenessNanos / 2, LEAST_STALE_NANOS);
    boolean isOld = staleness >= (isWarned ? bound / 2 : bound);
    if (isOld && !isWarned) {
      Duration age = Duration.ofNanos(staleness);
      LOGGER.log(Level.WARNING, "what is known of revocations is {0} old", age);
      tell(it -> it.stale(age));
    }
    isWarned = isOld;
  }

  WatchState state() {
    FeedState.Checkpoint checkpoint = feed.checkpoint;
    Duration staleness =
        checkpoint == null ? null : Duration.ofNanos(checkpoint.staleness(clocks.nanos()));
    return new WatchState(
        staleness, feed.live.size(), answers.size(), answers.bytes(), isPermitted);
  }

  /** Calls one of the listener's methods, whose own errors change nothing. */
  void tell(Consumer<WatchListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException | Error error) { // an Error would end the feed's clock
      LOGGER.log(Level.ERROR, "a WatchListener failed", error);
    }
  }
}
