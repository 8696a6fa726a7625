/**
 * Writes into the log what it lacks, a part at a time: a million entries take a minute, in which the log is
 * read and calls are answered.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Revocation, revocationName } from "../../core/index.js";

/** Entries of one write: more would keep calls waiting while they are made ready. */
const PAGE_SIZE = 250;
/** How many entries are compared with the log before other work of the process has its turn. */
const LOOK_STEP = 200;
/** How many are compared before the time is looked at, where the log lacks few or none. */
const MAX_LOOKED = 4_000;
/** How long entries are compared and written before the log is read again, in milliseconds. */
const PART_MS = 500;

/** What a filler works with. */
export interface LogFillerOptions {
  /** Every entry in force; those that come meanwhile may be among them. */
  readonly known: () => Iterable<Revocation>;
  /** Writes entries into the log. @throws LogUnavailableError */
  readonly append: (revocations: readonly Revocation[]) => Promise<void>;
}

/** Compares a log that is read from its beginning with what is known. */
export class LogFiller {
  readonly #options: LogFillerOptions;
  /** What the log holds; undefined while nothing is compared. */
  #seen: Set<string> | undefined;
  #rest: Iterator<Revocation> | undefined;

  constructor(options: LogFillerOptions) {
    this.#options = options;
  }

  /** The log is read from its beginning: nothing is known to be in it. */
  begin(): void {
    this.#seen = new Set();
    this.#rest = undefined;
  }

  /** The log holds these entries. */
  saw(revocations: readonly Revocation[]): void {
    if (this.#seen === undefined) return;
    for (const revocation of revocations) this.#seen.add(keyOf(revocation));
  }

  /**
   * Goes on writing, once the log has been read to its end. Settles with true when the log lacks nothing.
   *
   * @param oldest in microseconds since 1970: what expired before is not written
   * @param onStart is called when all that is known is looked at from its first entry on
   * @throws LogUnavailableError; the next call begins again with what has not been written
   */
  async fill(oldest: number, onStart: () => void): Promise<boolean> {
    const seen = this.#seen;
    if (seen === undefined) return true;
    const startedAt = performance.now();
    if (this.#rest === undefined) {
      this.#rest = this.#options.known()[Symbol.iterator]();
      onStart();
    }
    try {
      while (performance.now() - startedAt < PART_MS) {
        const { page, isLast } = await this.#nextPage(this.#rest, seen, oldest);
        if (page.length > 0) await this.#options.append(page);
        this.saw(page);
        if (!isLast) continue;
        this.#seen = undefined;
        this.#rest = undefined;
        return true;
      }
      return false;
    } catch (error) {
      this.#rest = undefined;
      throw error;
    }
  }

  /** The next entries that the log lacks. */
  async #nextPage(
    rest: Iterator<Revocation>,
    seen: ReadonlySet<string>,
    oldest: number,
  ): Promise<{ page: Revocation[]; isLast: boolean }> {
    const page: Revocation[] = [];
    for (let looked = 1; ; looked++) {
      const next = rest.next();
      if (next.done) return { page, isLast: true };
      const revocation = next.value;
      if (revocation.expiresAt >= oldest && !seen.has(keyOf(revocation))) page.push(revocation);
      if (page.length === PAGE_SIZE || looked === MAX_LOOKED) return { page, isLast: false };
      if (looked % LOOK_STEP === 0) await nextTurn();
    }
  }
}

/** An entry that is kept longer than the log's is one that the log lacks. */
function keyOf(revocation: Revocation): string {
  return `${revocationName(revocation)}:${revocation.expiresAt}`;
}
