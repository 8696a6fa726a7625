package dev.securetoken.conformance;

/** Stands still until a script moves both hands at once. */
final class StillClock {
  private long monotonicMillis;
  private long wallMillis;
  private long wallMillisThen;

  synchronized void advance(long monotonic, long wall) {
    monotonicMillis += monotonic;
    wallMillis += wall;
  }

  synchronized long nanos() {
    wallMillisThen = wallMillis;
    return monotonicMillis * 1_000_000;
  }

  synchronized long wallMillis() {
    return wallMillis;
  }

  /** The wall's hand when the other was last read: between the two a script may have moved them. */
  synchronized long wallMillisThen() {
    return wallMillisThen;
  }
}
