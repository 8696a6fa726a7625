package dev.securetoken;

import java.time.Duration;

/** How a token is renewed. Immutable: every method gives a changed copy. */
public final class RefreshOptions {
  private static final RefreshOptions DEFAULTS = new RefreshOptions(null, false);

  private final Duration expiresIn;
  private final boolean revokeOld;

  private RefreshOptions(Duration expiresIn, boolean revokeOld) {
    this.expiresIn = expiresIn;
    this.revokeOld = revokeOld;
  }

  /**
   * The server's default lifetime; the old token stays valid.
   *
   * @return the options to start from
   */
  public static RefreshOptions defaults() {
    return DEFAULTS;
  }

  /**
   * How long the new token lives.
   *
   * @param expiresIn above zero, at most 8760 hours; {@code null}: the server's default
   * @return a changed copy
   */
  public RefreshOptions expiresIn(Duration expiresIn) {
    return new RefreshOptions(expiresIn, revokeOld);
  }

  /**
   * Revokes the old token once the new one is made.
   *
   * @return a changed copy
   */
  public RefreshOptions revokeOld() {
    return new RefreshOptions(expiresIn, true);
  }

  Duration lifetime() {
    return expiresIn;
  }

  boolean revokesOld() {
    return revokeOld;
  }
}
