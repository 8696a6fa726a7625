package dev.securetoken;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * JSON's numbers as Java's: Long for whole ones up to 2^53 - 1, BigInteger for integers beyond that,
 * Double for all others. 2^53 - 1 is where a double begins to skip integers.
 */
final class JsonNumbers {
  private static final long MAX_SAFE = (1L << 53) - 1;

  private JsonNumbers() {}

  static boolean isSafe(BigDecimal number) {
    return number.abs().compareTo(BigDecimal.valueOf(MAX_SAFE)) <= 0;
  }

  /** A number that came as a double. The sign of -0 would be lost in a Long. */
  static Number fromDouble(double number) {
    boolean negativeZero = number == 0 && 1 / number < 0;
    boolean whole = number == Math.rint(number) && Math.abs(number) <= MAX_SAFE;
    return whole && !negativeZero ? (Number) (long) number : (Number) number;
  }

  /** A number of JSON text. Only without fraction and exponent does it stand for an integer. */
  static Number fromText(String text) {
    boolean integer = text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
    if (!integer || text.equals("-0")) {
      return fromDouble(Double.parseDouble(text));
    }
    BigInteger exact = new BigInteger(text);
    return isSafe(new BigDecimal(exact)) ? (Number) exact.longValue() : exact;
  }
}
