package dev.securetoken;

import java.time.Duration;
import java.util.Locale;

/** Durations as Python's {@code str(timedelta)} writes them. */
final class DurationText {
  private static final int SECONDS_PER_DAY = 86_400;

  private DurationText() {}

  /** {@code 0:59:59.999648}, {@code 1 day, 2:03:04}; what is below a microsecond is dropped. */
  static String format(Duration duration) {
    long days = Math.floorDiv(duration.getSeconds(), (long) SECONDS_PER_DAY);
    int rest = Math.floorMod(duration.getSeconds(), SECONDS_PER_DAY);
    int micros = duration.getNano() / 1000;
    String clock =
        String.format(Locale.ROOT, "%d:%02d:%02d", rest / 3600, rest / 60 % 60, rest % 60);
    String fraction = micros == 0 ? "" : String.format(Locale.ROOT, ".%06d", micros);
    if (days == 0) {
      return clock + fraction;
    }
    return days + (Math.abs(days) == 1 ? " day, " : " days, ") + clock + fraction;
  }
}
