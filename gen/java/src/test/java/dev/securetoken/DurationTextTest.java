package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTest {
  /** As Python's {@code str(timedelta(seconds=…, microseconds=…))} writes them. */
  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "0|0|0:00:00",
        "0|1000|0:00:00.000001",
        "3599|999648000|0:59:59.999648",
        "36000|0|10:00:00",
        "86399|999999000|23:59:59.999999",
        "93784|0|1 day, 2:03:04",
        "172800|0|2 days, 0:00:00",
        "31535999|999999000|364 days, 23:59:59.999999",
        "-1|0|-1 day, 23:59:59",
        "-172800|0|-2 days, 0:00:00",
        "1|999|0:00:01",
      })
  void format(long seconds, long nanos, String text) {
    assertEquals(text, DurationText.format(Duration.ofSeconds(seconds, nanos)));
  }
}
