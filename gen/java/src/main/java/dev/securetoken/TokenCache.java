package dev.securetoken;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Remembers valid answers for a while by the digest of their tokens, never beyond their expiry. */
final class TokenCache {
  private final Duration longest;
  private final LongSupplier nanoTime;
  private final Map<ByteBuffer, Remembered> entries;

  TokenCache(Duration longest, int maxEntries, LongSupplier nanoTime) {
    this.longest = longest;
    this.nanoTime = nanoTime;
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Remembered> eldest) {
            return size() > maxEntries;
          }
        };
  }

  /** The present, for {@link #put}: a monotonic clock, which nobody sets back. */
  long now() {
    return nanoTime.getAsLong();
  }

  /** The answer with the time that remains by now. */
  Optional<ValidToken> get(String token) {
    ByteBuffer digest = digest(token);
    synchronized (entries) {
      Remembered entry = entries.get(digest);
      if (entry == null) {
        return Optional.empty();
      }
      Duration age = Duration.ofNanos(now() - entry.askedAt);
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
  void put(String token, ValidToken answer, long askedAt) {
    Duration remaining = answer.timeRemaining();
    Duration lifetime = remaining.compareTo(longest) < 0 ? remaining : longest;
    ByteBuffer digest = digest(token);
    synchronized (entries) {
      entries.put(digest, new Remembered(answer, askedAt, lifetime));
    }
  }

  private static ByteBuffer digest(String token) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(sha256.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java platform has SHA-256", missing);
    }
  }

  private static final class Remembered {
    final ValidToken answer;
    final long askedAt;
    final Duration lifetime;

    Remembered(ValidToken answer, long askedAt, Duration lifetime) {
      this.answer = answer;
      this.askedAt = askedAt;
      this.lifetime = lifetime;
    }
  }
}
