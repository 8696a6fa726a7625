package dev.securetoken;

import java.util.Locale;
import java.util.regex.Pattern;

/** The names of inputs in errors, as Java spells them. */
final class FieldNames {
  private static final Pattern UNDERSCORE = Pattern.compile("(?<=[a-z0-9])_([a-z])");

  private FieldNames() {}

  /** {@code targets[0].user.user_id} of the wire is {@code targets[0].user.userId} here. */
  static String own(String wire) {
    return UNDERSCORE.matcher(wire).replaceAll(found -> found.group(1).toUpperCase(Locale.ROOT));
  }
}
