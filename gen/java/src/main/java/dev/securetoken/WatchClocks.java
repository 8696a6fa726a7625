package dev.securetoken;

import java.util.function.LongSupplier;

/** The two clocks of a verifier: one that never goes back, and the wall clock. */
final class WatchClocks {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final LongSupplier nanos;
  private final LongSupplier wallMillis;

  WatchClocks(LongSupplier nanos, LongSupplier wallMillis) {
    this.nanos = nanos;
    this.wallMillis = wallMillis;
  }

  /** The clocks of this machine. */
  static WatchClocks system() {
    return of(System::nanoTime, System::currentTimeMillis);
  }

  /** Of a monotonic clock that may not count sleep. */
  static WatchClocks of(LongSupplier nanoTime, LongSupplier wallMillis) {
    return new WatchClocks(new Awake(nanoTime, wallMillis), wallMillis);
  }

  Asked now() {
    return new Asked(nanos.getAsLong(), wallMillis.getAsLong());
  }

  long nanos() {
    return nanos.getAsLong();
  }

  /** An instant by both clocks. */
  static final class Asked {
    final long nanos;
    final long wallMillis;

    Asked(long nanos, long wallMillis) {
      this.nanos = nanos;
      this.wallMillis = wallMillis;
    }

    /** How long ago that was, by the clock that went further. */
    long nanosUntil(Asked now) {
      return Math.max(now.nanos - nanos, (now.wallMillis - wallMillis) * NANOS_PER_MILLI);
    }
  }

  /**
   * A monotonic clock that counts sleep, which {@link System#nanoTime} does not everywhere. Where the
   * wall clock has advanced more than the other, by a tenth of a second at least, in one nap or in
   * several, the machine may have slept, and the difference counts. A wall clock that is set forward
   * makes it run ahead: answers are then asked for once more than needed. One that is set back hides
   * no later sleep: what counts is how far it has advanced since its last low.
   */
  static final class Awake implements LongSupplier {
    private static final long LEAST_SLEEP_NANOS = 100 * NANOS_PER_MILLI;

    private final LongSupplier nanoTime;
    private final LongSupplier wallMillis;
    private Asked read;
    private long now;

    /** By how much the wall clock has gained on the other that was not counted yet. */
    private long gained;

    Awake(LongSupplier nanoTime, LongSupplier wallMillis) {
      this.nanoTime = nanoTime;
      this.wallMillis = wallMillis;
      this.read = look();
    }

    @Override
    public synchronized long getAsLong() {
      Asked next = look();
      if (gainedBy(next) >= LEAST_SLEEP_NANOS) {
        next = look(); // a thread that was held up between the two clocks has read the wall's later
      }
      gained = gainedBy(next);
      now += awakeBy(next);
      read = next;
      if (gained >= LEAST_SLEEP_NANOS) {
        now += gained;
        gained = 0;
      }
      return now;
    }

    private Asked look() {
      return new Asked(nanoTime.getAsLong(), wallMillis.getAsLong());
    }

    private long awakeBy(Asked next) {
      return Math.max(0, next.nanos - read.nanos);
    }

    private long gainedBy(Asked next) {
      long passed = (next.wallMillis - read.wallMillis) * NANOS_PER_MILLI;
      return Math.max(0, gained + passed - awakeBy(next));
    }
  }
}
