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
  private static final Duration MAX_STALENESS = Duration.ofDays(1);

  /** What is enforced: the last complete snapshot and the changes since. */
  volatile LiveSet live = new LiveSet();

  /** The last checkpoint of a complete snapshot; {@code null} before it. */
  volatile Checkpoint checkpoint;

  private LiveSet staged;
  private boolean isComplete;

  /** Begins a feed, and gives the cursor to ask for. Half a snapshot is forgotten. */
  String begin() {
    staged = null;
    Checkpoint last = checkpoint;
    return last == null ? "" : last.cursor;
  }

  /** Vouches for nothing before a new snapshot; what is known to be revoked stays so. */
  void distrust() {
    checkpoint = null;
    isComplete = false;
    staged = null;
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
    if (page.getFirst()) {
      staged = new LiveSet();
    }
    if (staged == null) {
      throw new FeedException("a page of a snapshot that has not begun");
    }
    staged.add(page.getRevocationsList());
    if (page.getLast()) {
      live = staged;
      staged = null;
      isComplete = true;
    }
  }

  private void change(Changes changes) {
    if (staged == null && !isComplete) {
      throw new FeedException("changes before the snapshot");
    }
    live.add(changes.getRevocationsList());
    if (staged != null) {
      staged.add(changes.getRevocationsList());
    }
  }

  private boolean check(WatchRevocationsResponse.Checkpoint told, WatchClocks.Asked now) {
    if (told.getCursor().codePoints().count() > MAX_CURSOR) {
      throw new FeedException("a cursor of more than " + MAX_CURSOR + " characters");
    }
    Duration staleness = staleness(told);
    if (staged != null) {
      return false; // the set in force lacks what the server has yet to tell
    }
    if (!isComplete) {
      throw new FeedException("a checkpoint before the snapshot");
    }
    checkpoint = new Checkpoint(told, staleness, now.nanos);
    live.sweep(now.wallMillis);
    return true;
  }

  /** One that is missing is no zero: the server has not said that it is up to date. */
  private static Duration staleness(WatchRevocationsResponse.Checkpoint told) {
    boolean isTold = told.hasStaleness() && Times.isDuration(told.getStaleness());
    Duration staleness = isTold ? Times.toDuration(told.getStaleness()) : Duration.ZERO;
    if (!isTold || staleness.isNegative()) {
      throw new FeedException("no staleness of 0 to 10,000 years");
    }
    return staleness.compareTo(MAX_STALENESS) < 0 ? staleness : MAX_STALENESS;
  }

  /** Everything up to an instant is known. */
  static final class Checkpoint {
    final String cursor;
    final Set<String> keyIds;
    private final long ownNanos;
    private final long receivedAt;

    Checkpoint(WatchRevocationsResponse.Checkpoint told, Duration own, long receivedAt) {
      this.cursor = told.getCursor();
      this.keyIds = Set.copyOf(told.getKeyIdsList());
      this.ownNanos = own.toNanos();
      this.receivedAt = receivedAt;
    }

    /** How old what is known is, in nanoseconds. */
    long staleness(long now) {
      return ownNanos + Math.max(0, now - receivedAt);
    }
  }
}
