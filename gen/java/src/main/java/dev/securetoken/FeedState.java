package dev.securetoken;

import dev.securetoken.v1.WatchRevocationsResponse;
import dev.securetoken.v1.WatchRevocationsResponse.Changes;
import dev.securetoken.v1.WatchRevocationsResponse.SnapshotPage;
import java.time.Duration;
import java.util.Set;

/**
 * What the feed has told: snapshot, changes, checkpoints. Events are applied by one thread at a time;
 * {@link #live} and {@link #checkpoint} are read by any.
 */
final class FeedState {
  private static final int MAX_CURSOR = 256;

  /** Far beyond every bound; more would overflow in nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(1);

  /**
   * What is enforced: all that any feed has told and that has not ended. A snapshot adds to it and
   * takes nothing away: it may be that of a server which has yet to learn what another one told.
   */
  final LiveSet live = new LiveSet();

  /** The last checkpoint of a complete snapshot; {@code null} before it. */
  volatile Checkpoint checkpoint;

  private boolean isAmidSnapshot;
  private boolean isComplete;

  /** Whether a snapshot has ended within the present feed. */
  private boolean isWhole;

  /** When the present feed was asked for. */
  private long askedAt;

  /**
   * Begins a feed that is asked for now, and gives the cursor. Half a snapshot counts for none. What
   * has ended is dropped: a set that is too large would otherwise never take a checkpoint. Where a
   * wall clock that ran ahead has dropped what has not ended, everything is asked for.
   */
  String begin(WatchClocks.Asked now) {
    isAmidSnapshot = false;
    isWhole = false;
    askedAt = now.nanos;
    live.sweep(now.wallMillis);
    live.begin();
    Checkpoint last = checkpoint;
    return last == null || live.hasForgotten(now.wallMillis) ? "" : last.cursor;
  }

  /** How long ago the present feed was asked for, in nanoseconds. */
  long age(long now) {
    return now - askedAt;
  }

  /** Vouches for nothing before a new snapshot; what is known to be revoked stays so. */
  void distrust() {
    checkpoint = null;
    isComplete = false;
    isAmidSnapshot = false;
  }

  /** Takes an event; true for a checkpoint of a complete snapshot. Throws {@link FeedException}. */
  boolean apply(WatchRevocationsResponse event, WatchClocks.Asked now) {
    switch (event.getEventCase()) {
      case SNAPSHOT:
        page(event.getSnapshot());
        return false;
      case CHANGES:
        change(event.getChanges());
        return false;
      case CHECKPOINT:
        return check(event.getCheckpoint(), now);
      default:
        throw new FeedException("an event of an unknown kind");
    }
  }

  private void page(SnapshotPage page) {
    if (!page.getFirst() && !isAmidSnapshot) {
      throw new FeedException("a page of a snapshot that has not begun");
    }
    isAmidSnapshot = !page.getLast();
    isComplete |= page.getLast();
    isWhole = page.getLast();
    live.add(page.getRevocationsList());
  }

  private void change(Changes changes) {
    if (!isAmidSnapshot && !isComplete) {
      throw new FeedException("changes before the snapshot");
    }
    live.add(changes.getRevocationsList());
  }

  private boolean check(WatchRevocationsResponse.Checkpoint told, WatchClocks.Asked now) {
    if (told.getCursor().codePoints().count() > MAX_CURSOR) {
      throw new FeedException("a cursor of more than " + MAX_CURSOR + " characters");
    }
    Duration staleness = duration(told.hasStaleness(), told.getStaleness());
    Duration uptime = told.hasUptime() ? duration(true, told.getUptime()) : null;
    // The server took the feed up after it was asked for, so nothing was written earlier.
    long delay = uptime == null ? 0 : age(now.nanos) - uptime.toNanos();
    if (isAmidSnapshot) {
      return false; // the set in force lacks what the server has yet to tell
    }
    if (!isComplete) {
      throw new FeedException("a checkpoint before the snapshot");
    }
    checkpoint = new Checkpoint(told, staleness, now.nanos, Math.max(0, delay));
    // The server knew all that was in force when it began the feed, and has told it.
    if (isWhole && uptime != null && uptime.compareTo(staleness) >= 0) {
      live.relearn();
    }
    live.sweep(now.wallMillis);
    return true;
  }

  /** One that is missing is no zero: the server has not said that it is up to date. */
  private static Duration duration(boolean isTold, com.google.protobuf.Duration told) {
    boolean isDuration = isTold && Times.isDuration(told);
    Duration duration = isDuration ? Times.toDuration(told) : Duration.ZERO;
    if (!isDuration || duration.isNegative()) {
      throw new FeedException("no duration of 0 to 10,000 years");
    }
    return duration.compareTo(LONGEST) < 0 ? duration : LONGEST;
  }

  /** Everything up to an instant is known. */
  static final class Checkpoint {
    final String cursor;
    final Set<String> keyIds;

    /** How old the server's own knowledge was. */
    final long ownNanos;

    private final long knownAsOf;

    /** How long it was on its way at most. */
    final long delayNanos;

    Checkpoint(
        WatchRevocationsResponse.Checkpoint told, Duration own, long receivedAt, long delayNanos) {
      this.cursor = told.getCursor();
      this.keyIds = Set.copyOf(told.getKeyIdsList());
      this.ownNanos = own.toNanos();
      this.knownAsOf = receivedAt - delayNanos;
      this.delayNanos = delayNanos;
    }

    /** How old what is known is, in nanoseconds. */
    long staleness(long now) {
      return ownNanos + Math.max(0, now - knownAsOf);
    }
  }
}
