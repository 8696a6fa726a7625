package dev.securetoken;

/** What a token must meet beside being valid. Immutable. */
public final class CheckOptions {
  private static final CheckOptions DEFAULTS = new CheckOptions(true, "");

  private final boolean isForAnyAudience;
  private final String audience;

  private CheckOptions(boolean isForAnyAudience, String audience) {
    this.isForAnyAudience = isForAnyAudience;
    this.audience = audience;
  }

  /**
   * Nothing: a token for any audience, and one that names none, passes.
   *
   * @return the options of the calls that take none
   */
  public static CheckOptions defaults() {
    return DEFAULTS;
  }

  /**
   * The token must be meant for a service. Any other, and one that names no audience, is refused with
   * {@link InvalidTokenError}, reason {@code AUDIENCE_MISMATCH}.
   *
   * @param audience the service, 1 to 256 code points, compared exactly; {@code null} or empty is
   *     refused by the call, for it would require none
   * @return the options
   */
  public static CheckOptions audience(String audience) {
    return new CheckOptions(false, audience);
  }

  boolean isForAnyAudience() {
    return isForAnyAudience;
  }

  String audience() {
    return audience;
  }
}
