package dev.securetoken;

import java.time.Duration;

/** For how long a feed is followed. */
final class FeedLife {
  /** How late checkpoints are is told by two clocks, which drift apart. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  /**
   * Of a feed whose server knows too little to be vouched by: the next may be another server's. Twice as
   * long each time, as all servers may know too little.
   */
  private static final Duration BEHIND = Duration.ofSeconds(5);

  private Duration behind = BEHIND;

  /** Whether a feed of this age is over, whose server knows too little or not. */
  boolean isOver(Duration age, boolean isBehind) {
    if (!isBehind) {
      behind = BEHIND;
      return age.compareTo(LONGEST) > 0;
    }
    if (age.compareTo(behind) <= 0) {
      return false;
    }
    Duration longer = behind.multipliedBy(2);
    behind = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
    return true;
  }
}
