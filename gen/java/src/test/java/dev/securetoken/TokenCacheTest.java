package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
  private final AtomicLong wall = new AtomicLong();
  private final TokenCache cache = new TokenCache(Duration.ofSeconds(3), 2, clock::get, wall::get);

  private static ValidToken answer(Duration remaining) {
    ValidToken sample = Responses.validated(Samples.validated("read").build());
    return new ValidToken(sample, remaining, sample.sessionStartedAt());
  }

  private void pass(Duration duration) {
    clock.addAndGet(duration.toNanos());
  }

  @Test
  void anAnswerIsForgottenInTime() {
    cache.put(new TokenDigest("token"), answer(Duration.ofHours(1)), cache.now());
    pass(Duration.ofSeconds(3).minusNanos(1));
    assertTrue(cache.get(new TokenDigest("token")).isPresent());
    pass(Duration.ofNanos(1));
    assertFalse(cache.get(new TokenDigest("token")).isPresent());
  }

  @Test
  void anAnswerAgesWhileTheMachineSleeps() {
    cache.put(new TokenDigest("token"), answer(Duration.ofHours(1)), cache.now());
    wall.addAndGet(3000);
    assertFalse(cache.get(new TokenDigest("token")).isPresent());
  }

  @Test
  void aClockThatIsSetBackKeepsNothingAlive() {
    cache.put(new TokenDigest("token"), answer(Duration.ofHours(1)), cache.now());
    wall.addAndGet(-3_600_000);
    assertTrue(cache.get(new TokenDigest("token")).isPresent());
    pass(Duration.ofSeconds(3));
    assertFalse(cache.get(new TokenDigest("token")).isPresent());
  }

  @Test
  void neverBeyondTheExpiry() {
    cache.put(new TokenDigest("token"), answer(Duration.ofSeconds(1)), cache.now());
    pass(Duration.ofMillis(999));
    assertEquals(Duration.ofMillis(1), cache.get(new TokenDigest("token")).orElseThrow().timeRemaining());
    pass(Duration.ofMillis(1));
    assertFalse(cache.get(new TokenDigest("token")).isPresent());
  }

  @Test
  void theWayOfTheAnswerCounts() {
    TokenCache.Asked askedAt = cache.now();
    pass(Duration.ofSeconds(2));
    cache.put(new TokenDigest("token"), answer(Duration.ofSeconds(1)), askedAt);
    assertFalse(cache.get(new TokenDigest("token")).isPresent());
  }

  @Test
  void aLifetimeOfMillenniaIsNoTrouble() {
    cache.put(new TokenDigest("token"), answer(Duration.ofDays(3_000_000)), cache.now());
    assertTrue(cache.get(new TokenDigest("token")).isPresent());
  }

  @Test
  void theLeastRecentlyUsedGoesFirst() {
    cache.put(new TokenDigest("a"), answer(Duration.ofHours(1)), cache.now());
    cache.put(new TokenDigest("b"), answer(Duration.ofHours(1)), cache.now());
    cache.get(new TokenDigest("a"));
    cache.put(new TokenDigest("c"), answer(Duration.ofHours(1)), cache.now());
    assertTrue(cache.get(new TokenDigest("a")).isPresent());
    assertFalse(cache.get(new TokenDigest("b")).isPresent());
    assertTrue(cache.get(new TokenDigest("c")).isPresent());
  }

  @Test
  void tokensAreToldApart() {
    cache.put(new TokenDigest("token"), answer(Duration.ofHours(1)), cache.now());
    assertFalse(cache.get(new TokenDigest("Token")).isPresent());
  }
}
