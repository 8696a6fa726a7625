/** What of answers waits on all connections of a server, and which of them go when it is too much. */

/** How long a connection is left to read, in milliseconds. */
const GRACE_MS = 1_000;
/** Who would take longer for what waits reads too slowly while there is too much, in milliseconds. */
const SLOW_MS = 5_000;

/** A connection, as one whose answers wait. */
export interface Reader {
  readonly outbound: {
    readonly backlog: {
      /** For how long its pace is known, in milliseconds. */
      seenMs(now: number): number;
      /** How long it would take for what waits, in milliseconds. */
      remainingMs(now: number): number;
    };
  };
  /** Cuts it, and takes it out of the total. */
  cutForRoom(): void;
}

/**
 * Bounds what waits at the cost of those who would take longest to read it: whoever reads is served, whatever others
 * leave unread.
 */
export class UnreadTotal {
  /** Octets that wait. */
  octets = 0;
  readonly #max: number;

  /** @param max octets; twice as many are held at most */
  constructor(max: number) {
    this.#max = max;
  }

  /** Whether it is so much that nobody is left time to read. */
  get isFarBeyond(): boolean {
    return this.octets > 2 * this.#max;
  }

  /**
   * Cuts connections, the slowest readers first, until the rest is within the bound: of those that had time to read,
   * the slow ones; of all, where it is far beyond.
   *
   * @param now a monotonic time in milliseconds
   */
  relieve(connections: Iterable<Reader>, now: number): void {
    if (this.octets <= this.#max) return;
    const [graceMs, slowMs] = this.isFarBeyond ? [0, 0] : [GRACE_MS, SLOW_MS];
    const slow: [remainingMs: number, reader: Reader][] = [];
    for (const reader of connections) {
      const { backlog } = reader.outbound;
      const remainingMs = backlog.remainingMs(now);
      if (remainingMs > slowMs && backlog.seenMs(now) >= graceMs) {
        slow.push([remainingMs, reader]);
      }
    }
    slow.sort(([a], [b]) => b - a);
    for (const [, reader] of slow) {
      if (this.octets <= this.#max) return;
      reader.cutForRoom();
    }
  }
}
