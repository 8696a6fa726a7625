package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
  private final TokenCache cache = new TokenCache(Duration.ofSeconds(3), 2, clock::get);

  private static ValidToken answer(Duration remaining) {
    ValidToken sample = Responses.validated(Samples.validated("read").build());
    return new ValidToken(sample, remaining);
  }

  private void pass(Duration duration) {
    clock.addAndGet(duration.toNanos());
  }

  @Test
  void anAnswerIsForgottenInTime() {
    cache.put("token", answer(Duration.ofHours(1)), cache.now());
    pass(Duration.ofSeconds(3).minusNanos(1));
    assertTrue(cache.get("token").isPresent());
    pass(Duration.ofNanos(1));
    assertFalse(cache.get("token").isPresent());
  }

  @Test
  void neverBeyondTheExpiry() {
    cache.put("token", answer(Duration.ofSeconds(1)), cache.now());
    pass(Duration.ofMillis(999));
    assertEquals(Duration.ofMillis(1), cache.get("token").orElseThrow().timeRemaining());
    pass(Duration.ofMillis(1));
    assertFalse(cache.get("token").isPresent());
  }

  @Test
  void theWayOfTheAnswerCounts() {
    long askedAt = cache.now();
    pass(Duration.ofSeconds(2));
    cache.put("token", answer(Duration.ofSeconds(1)), askedAt);
    assertFalse(cache.get("token").isPresent());
  }

  @Test
  void aLifetimeOfMillenniaIsNoTrouble() {
    cache.put("token", answer(Duration.ofDays(3_000_000)), cache.now());
    assertTrue(cache.get("token").isPresent());
  }

  @Test
  void theLeastRecentlyUsedGoesFirst() {
    cache.put("a", answer(Duration.ofHours(1)), cache.now());
    cache.put("b", answer(Duration.ofHours(1)), cache.now());
    cache.get("a");
    cache.put("c", answer(Duration.ofHours(1)), cache.now());
    assertTrue(cache.get("a").isPresent());
    assertFalse(cache.get("b").isPresent());
    assertTrue(cache.get("c").isPresent());
  }

  @Test
  void tokensAreToldApart() {
    cache.put("token", answer(Duration.ofHours(1)), cache.now());
    assertFalse(cache.get("Token").isPresent());
  }
}
