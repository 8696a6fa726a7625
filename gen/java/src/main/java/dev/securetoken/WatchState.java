package dev.securetoken;

import java.time.Duration;
import java.util.Optional;

/** What a {@link WatchedVerifier} knows at an instant, for metrics and health checks. */
public final class WatchState {
  private final Duration staleness;
  private final int revocations;
  private final int entries;
  private final long bytes;
  private final boolean isPermitted;

  WatchState(Duration staleness, int revocations, int entries, long bytes, boolean isPermitted) {
    this.staleness = staleness;
    this.revocations = revocations;
    this.entries = entries;
    this.bytes = bytes;
    this.isPermitted = isPermitted;
  }

  /**
   * Whether a snapshot of the revocations is complete and a checkpoint came after it.
   *
   * @return false as long as the server is asked about every token
   */
  public boolean isReady() {
    return staleness != null;
  }

  /**
   * How old what is known of revocations is.
   *
   * @return the age; empty until {@link #isReady()}
   */
  public Optional<Duration> staleness() {
    return Optional.ofNullable(staleness);
  }

  /**
   * How many revocations are in force.
   *
   * @return their number
   */
  public int revocations() {
    return revocations;
  }

  /**
   * How many answers are kept.
   *
   * @return their number
   */
  public int entries() {
    return entries;
  }

  /**
   * How much memory the kept answers take.
   *
   * @return an estimate in bytes
   */
  public long bytes() {
    return bytes;
  }

  /**
   * Whether the server gives this caller the feed.
   *
   * @return false once it has refused it
   */
  public boolean isPermitted() {
    return isPermitted;
  }
}
