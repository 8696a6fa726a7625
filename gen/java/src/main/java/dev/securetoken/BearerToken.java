package dev.securetoken;

import java.util.Iterator;

/** The token of a request's Authorization headers, or why there is none; RFC 6750, section 2.1. */
final class BearerToken {
  private static final int MAX_LENGTH = 8192;
  private static final String SCHEME = "bearer";

  /** {@code null} where there is a {@link #reason}. */
  final String token;

  /** {@code null} where there is a {@link #token}. */
  final RefusalReason reason;

  private BearerToken(String token, RefusalReason reason) {
    this.token = token;
    this.reason = reason;
  }

  /**
   * Of two headers, nobody knows which one others would read; a comma joins two (RFC 9110, section
   * 5.3).
   */
  static BearerToken from(Iterable<String> headers) {
    Iterator<String> values = headers.iterator();
    if (!values.hasNext()) {
      return new BearerToken(null, RefusalReason.TOKEN_MISSING);
    }
    String header = trim(values.next());
    if (values.hasNext() || header.indexOf(',') >= 0) {
      return new BearerToken(null, RefusalReason.TOKEN_INVALID);
    }
    int space = header.indexOf(' ');
    String scheme = space < 0 ? header : header.substring(0, space);
    if (!isScheme(scheme)) {
      return new BearerToken(null, RefusalReason.TOKEN_MISSING);
    }
    return checked(space < 0 ? "" : trim(header.substring(space)));
  }

  /** A token that the program itself found; {@code null} or empty is none. */
  static BearerToken extracted(String token) {
    return token == null || token.isEmpty()
        ? new BearerToken(null, RefusalReason.TOKEN_MISSING)
        : checked(token);
  }

  /** Refuses what can be no token before anything is spent on it. */
  private static BearerToken checked(String token) {
    return token.length() <= MAX_LENGTH && isToken68(token)
        ? new BearerToken(token, null)
        : new BearerToken(null, RefusalReason.TOKEN_INVALID);
  }

  /** ASCII alone: {@code equalsIgnoreCase} would take U+017F and its like for letters. */
  private static boolean isScheme(String scheme) {
    if (scheme.length() != SCHEME.length()) {
      return false;
    }
    for (int i = 0; i < scheme.length(); i++) {
      if (scheme.charAt(i) > 0x7f || (scheme.charAt(i) | 0x20) != SCHEME.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** RFC 9110, section 11.2. */
  private static boolean isToken68(String token) {
    int end = token.length();
    while (end > 0 && token.charAt(end - 1) == '=') {
      end--;
    }
    for (int i = 0; i < end; i++) {
      char c = token.charAt(i);
      boolean isAlphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!isAlphanumeric && "-._~+/".indexOf(c) < 0) {
        return false;
      }
    }
    return end > 0;
  }

  /** Spaces and tabs alone: no other character of Unicode is a blank in a header. */
  private static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isBlank(text.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
