package dev.securetoken;

import java.time.Duration;

/**
 * Is told what a {@link WatchedVerifier} does, for metrics. Each method does nothing unless it is
 * overridden. They are called in the thread in which it happens and must not block; what they throw
 * (an {@link Error} too) is logged and changes nothing.
 */
public interface WatchListener {
  /** A kept answer was used: the token is valid, whatever it lacks. */
  default void hit() {}

  /** The server is asked about a token, or the answer of a call under way is awaited. */
  default void miss() {}

  /**
   * A token was refused.
   *
   * @param reason the error's reason, as {@code TOKEN_REVOKED}, or {@code UNAVAILABLE}
   */
  default void refused(String reason) {}

  /**
   * What is known of revocations has reached half of the bound, 1.5 seconds at least. Called once
   * until it is younger than half of that.
   *
   * @param age how old it is
   */
  default void stale(Duration age) {}

  /** A feed gave its first checkpoint, in time. */
  default void connected() {}

  /**
   * A feed ended and is opened again.
   *
   * @param cause why it ended
   */
  default void disconnected(Throwable cause) {}

  /**
   * The server does not let this caller watch, keeps no revocations, or has more than are held: each
   * token is asked for until that changes. Called once until a feed is given.
   *
   * @param cause what the server said
   */
  default void notWatched(Throwable cause) {}
}
