package dev.securetoken;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Instants and durations as google.protobuf carries them. */
final class Times {
  /** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the years that a Timestamp may name. */
  private static final long MIN_TIMESTAMP_SECONDS = -62_135_596_800L;

  private static final long MAX_TIMESTAMP_SECONDS = 253_402_300_799L;

  /** The longest google.protobuf.Duration: 10,000 years. */
  private static final long MAX_DURATION_SECONDS = 315_576_000_000L;

  private static final int MAX_NANOS = 999_999_999;

  private Times() {}

  /** A Timestamp as an instant; empty where it names no year from 1 to 9999. */
  static Optional<Instant> toInstant(Timestamp timestamp) {
    long seconds = timestamp.getSeconds();
    int nanos = timestamp.getNanos();
    boolean valid =
        seconds >= MIN_TIMESTAMP_SECONDS
            && seconds <= MAX_TIMESTAMP_SECONDS
            && nanos >= 0
            && nanos <= MAX_NANOS;
    return valid ? Optional.of(Instant.ofEpochSecond(seconds, nanos)) : Optional.empty();
  }

  static Timestamp toTimestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /** A Duration message, whose nanos carry its sign, as a duration. */
  static Duration toDuration(com.google.protobuf.Duration message) {
    return Duration.ofSeconds(message.getSeconds(), message.getNanos());
  }

  /** Whether a Duration message is one by its own rules: in range, and of one sign. */
  static boolean isDuration(com.google.protobuf.Duration message) {
    long seconds = message.getSeconds();
    int nanos = message.getNanos();
    return nanos >= -MAX_NANOS
        && nanos <= MAX_NANOS
        && seconds >= -MAX_DURATION_SECONDS
        && seconds <= MAX_DURATION_SECONDS
        && (seconds <= 0 || nanos >= 0)
        && (seconds >= 0 || nanos <= 0);
  }

  /** A duration as a message; empty where no message can hold it. */
  static Optional<com.google.protobuf.Duration> toMessage(Duration duration) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNano();
    // Java's nanos are never negative; the message's have the sign of its seconds.
    if (seconds < 0 && nanos > 0) {
      seconds += 1;
      nanos -= MAX_NANOS + 1;
    }
    if (seconds > MAX_DURATION_SECONDS || seconds < -MAX_DURATION_SECONDS) {
      return Optional.empty();
    }
    return Optional.of(
        com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build());
  }
}
