/** What of answers waits on all connections of a server, and which of them go when it is too much. */

/** Octets that wait on one connection before they count: the mark of `net.Socket`, below which it reports no drain. */
const LEAST_COUNTED = 16 * 1024;
/** How long a connection is left to read, in milliseconds. */
const GRACE_MS = 1_000;
/** Who would take longer for what waits reads too slowly while there is too much, in milliseconds. */
const SLOW_MS = 5_000;

/** A connection, as one whose answers wait. */
export interface UnreadAnswers {
  /** For how long its pace is known, in milliseconds. @param now a monotonic time in milliseconds */
  seenMs(now: number): number;
  /** How long its peer would take for what waits, in milliseconds. @param now as for `seenMs` */
  remainingMs(now: number): number;
  /** Cuts the connection, which adds nothing to the total from then on. */
  cutForRoom(): void;
}

/** One of them, and how much reason there is to cut it. */
type Candidate = readonly [reason: number, answers: UnreadAnswers];

/**
 * Bounds what waits at the cost of those who would take longest to read it: whoever reads is served, whatever others
 * leave unread.
 */
export class UnreadTotal {
  readonly #max: number;
  readonly #waiting = new Map<UnreadAnswers, number>();
  #octets = 0;

  /** @param max octets; twice as many are held at most */
  constructor(max: number) {
    this.#max = max;
  }

  /** Whether it is so much that nobody is left time to read. */
  get isFarBeyond(): boolean {
    return this.#octets > 2 * this.#max;
  }

  /** Notes how many octets wait on a connection now; a few count for none. */
  note(answers: UnreadAnswers, octets: number): void {
    const counted = octets < LEAST_COUNTED ? 0 : octets;
    const before = this.#waiting.get(answers) ?? 0;
    if (counted === before) return;
    this.#octets += counted - before;
    if (counted === 0) this.#waiting.delete(answers);
    else this.#waiting.set(answers, counted);
  }

  /**
   * Cuts connections until the rest is within the bound: of those that had time to read, the slow ones, the slowest
   * first; far beyond it of all, first who holds most, for longest.
   *
   * @param now a monotonic time in milliseconds
   */
  relieve(now: number): void {
    if (this.#octets <= this.#max) return;
    const candidates = this.isFarBeyond ? this.#costly(now) : this.#slow(now);
    candidates.sort(([a], [b]) => b - a);
    for (const [, answers] of candidates) {
      if (this.#octets <= this.#max) return;
      answers.cutForRoom();
    }
  }

  #slow(now: number): Candidate[] {
    return [...this.#waiting.keys()]
      .filter((answers) => answers.seenMs(now) >= GRACE_MS)
      .map((answers) => [answers.remainingMs(now), answers] as const)
      .filter(([remainingMs]) => remainingMs > SLOW_MS);
  }

  /**
   * By the time that octets would still be held, and more by how many they are. Time alone would cost those behind a slow
   * line, who hold little: for a moment whoever has just read at full speed passes for fast, with as much as a connection
   * may leave unread.
   */
  #costly(now: number): Candidate[] {
    return [...this.#waiting].map(([answers, octets]) => [
      octets ** 2 * answers.remainingMs(now),
      answers,
    ]);
  }
}
