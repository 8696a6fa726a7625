package dev.securetoken;

/** The audience that a guard or a verifier requires, held against claims that may be others' answers too. */
final class Audiences {
  private Audiences() {}

  /** An audience as a setting. */
  static String named(String audience) {
    if (audience == null || audience.isEmpty()) {
      throw new IllegalArgumentException("audience must be a text that is not empty");
    }
    return audience;
  }

  /** Whether claims are for an audience; {@code null} requires none. */
  static boolean isMet(Claims claims, String audience) {
    return audience == null || claims.hasAudience(audience);
  }
}
