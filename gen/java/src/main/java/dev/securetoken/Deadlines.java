package dev.securetoken;

import java.time.Duration;

/** How long calls may take. */
final class Deadlines {
  static final Duration DEFAULT = Duration.ofSeconds(5);

  /** The longest that the service takes. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /** What is sent at most: on its way a deadline must not come to more than the service takes. */
  static final Duration LONGEST_SENT = Duration.ofMillis(59_900);

  private Deadlines() {}

  static Duration checked(Duration deadline) {
    if (deadline.isZero() || deadline.isNegative() || deadline.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("deadline must be above zero and at most 60 seconds");
    }
    return deadline.compareTo(LONGEST_SENT) > 0 ? LONGEST_SENT : deadline;
  }
}
