package dev.securetoken;

import java.util.Iterator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The token of an Authorization header; RFC 6750, section 2.1. */
final class BearerToken {
  private static final Pattern CREDENTIALS =
      Pattern.compile("bearer ++([A-Za-z0-9._~+/-]++=*+)", Pattern.CASE_INSENSITIVE);

  private BearerToken() {}

  /** Empty unless there is one header, and that a bearer token: of two, nobody knows which counts. */
  static Optional<String> from(Iterable<String> headers) {
    Iterator<String> values = headers.iterator();
    if (!values.hasNext()) {
      return Optional.empty();
    }
    Matcher credentials = CREDENTIALS.matcher(values.next());
    return credentials.matches() && !values.hasNext()
        ? Optional.of(credentials.group(1))
        : Optional.empty();
  }
}
