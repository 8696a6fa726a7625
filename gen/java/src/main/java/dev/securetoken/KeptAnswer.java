package dev.securetoken;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A valid token's claims as they are kept. Holds nothing of the token. */
final class KeptAnswer {
  /** What an answer takes beside its texts: objects, digests, and its place in the table. */
  private static final int FIXED_BYTES = 320;

  final ValidToken claims;
  final WatchClocks.Asked asked;
  final ByteString userHash;

  /**
   * What cut-offs are compared with, in microseconds since 1970: the session's start, or issued_at
   * where a server whose clock is behind has refreshed the token.
   */
  final long beginsMicros;

  final long lifetimeNanos;

  /** How much memory it takes, as estimated. */
  final long bytes;

  KeptAnswer(ValidToken claims, WatchClocks.Asked asked) {
    this.claims = claims;
    this.asked = asked;
    this.userHash =
        ByteString.copyFrom(Digests.sha256(claims.userId().getBytes(StandardCharsets.UTF_8)));
    this.beginsMicros = Math.min(micros(claims.sessionStartedAt()), micros(claims.issuedAt()));
    this.lifetimeNanos = claims.timeRemaining().toNanos();
    this.bytes = FIXED_BYTES + sizeOf(claims);
  }

  /** How long ago the try began that gave it, in nanoseconds. */
  long ageNanos(WatchClocks.Asked now) {
    return asked.nanosUntil(now);
  }

  ValidToken claims(long ageNanos) {
    return claims.after(Duration.ofNanos(Math.max(0, ageNanos)));
  }

  private static long micros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
  }

  private static long sizeOf(ValidToken claims) {
    return sizeOf(claims.tokenId())
        + sizeOf(claims.sessionId())
        + sizeOf(claims.userId())
        + sizeOf(claims.keyId())
        + sizeOf((Object) claims.permissions())
        + sizeOf((Object) claims.audiences())
        + sizeOf((Object) claims.additionalData());
  }

  private static long sizeOf(String text) {
    return 56 + 2L * text.length();
  }

  private static long sizeOf(Object value) {
    if (value instanceof String) {
      return sizeOf((String) value);
    }
    if (value instanceof List) {
      return ((List<?>) value).stream().mapToLong(KeptAnswer::sizeOf).sum() + 48;
    }
    if (value instanceof Map) {
      return ((Map<?, ?>) value)
          .entrySet().stream().mapToLong(it -> 64 + sizeOf(it.getKey()) + sizeOf(it.getValue())).sum()
              + 64;
    }
    return 32;
  }
}
