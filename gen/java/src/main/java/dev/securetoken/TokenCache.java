package dev.securetoken;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Remembers valid answers for a while by the digest of their tokens, never beyond their expiry. */
final class TokenCache {
  private final Duration longest;
  private final LongSupplier nanoTime;
  private final LongSupplier wallMillis;
  private final Map<TokenDigest, Remembered> entries;

  TokenCache(Duration longest, int maxEntries, LongSupplier nanoTime, LongSupplier wallMillis) {
    this.longest = longest;
    this.nanoTime = nanoTime;
    this.wallMillis = wallMillis;
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<TokenDigest, Remembered> eldest) {
            return size() > maxEntries;
          }
        };
  }

  /**
   * The present, for {@link #put}, by the monotonic clock, which nobody sets back, and by the wall
   * clock, which goes on while a machine sleeps.
   */
  Asked now() {
    return new Asked(nanoTime.getAsLong(), wallMillis.getAsLong());
  }

  private Duration age(Asked asked) {
    Asked now = now();
    Duration monotonic = Duration.ofNanos(now.nanos - asked.nanos);
    Duration wall = Duration.ofMillis(now.millis - asked.millis);
    return wall.compareTo(monotonic) > 0 ? wall : monotonic;
  }

  /** The answer with the time that remains by now. */
  Optional<ValidToken> get(TokenDigest digest) {
    synchronized (entries) {
      Remembered entry = entries.get(digest);
      if (entry == null) {
        return Optional.empty();
      }
      Duration age = age(entry.askedAt);
      if (age.compareTo(entry.lifetime) >= 0) {
        entries.remove(digest);
        return Optional.empty();
      }
      return Optional.of(entry.answer.after(age));
    }
  }

  /**
   * Keeps an answer.
   *
   * @param askedAt {@link #now()} before the question was sent: the answer's own way must not
   *     prolong the token's life
   */
  void put(TokenDigest digest, ValidToken answer, Asked askedAt) {
    Duration remaining = answer.timeRemaining();
    Duration lifetime = remaining.compareTo(longest) < 0 ? remaining : longest;
    synchronized (entries) {
      entries.put(digest, new Remembered(answer, askedAt, lifetime));
    }
  }

  /** When a question was asked. */
  static final class Asked {
    final long nanos;
    final long millis;

    Asked(long nanos, long millis) {
      this.nanos = nanos;
      this.millis = millis;
    }
  }

  private static final class Remembered {
    final ValidToken answer;
    final Asked askedAt;
    final Duration lifetime;

    Remembered(ValidToken answer, Asked askedAt, Duration lifetime) {
      this.answer = answer;
      this.askedAt = askedAt;
      this.lifetime = lifetime;
    }
  }
}
