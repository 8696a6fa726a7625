/** Deletes from the log what nobody needs, a part at a time: between two parts the log is read. */
import type { Clock, Revocation } from "../../core/index.js";
import { toEntryText } from "../entry-text.js";
import { READ_TIMEOUT_MS, type RevocationLog } from "./log.js";

/** How often the log is cleaned, in milliseconds. */
const CLEAN_MS = 600_000;
/** So many needless entries are not kept waiting for that long, but for this, in milliseconds. */
const MANY_NEEDLESS = 10_000;
const SOON_MS = 60_000;
/** How many needless entries wait at most; another server, or this one when it starts again, finds the rest. */
const MAX_NEEDLESS = 100_000;

/** What a cleaner works with. */
export interface LogCleanerOptions {
  readonly log: RevocationLog;
  readonly clock: Clock;
  /** How long an entry is kept after its expiry, in microseconds. */
  readonly keepMicros: number;
}

/** Cleans a log when it is time to. */
export class LogCleaner {
  readonly #options: LogCleanerOptions;
  /** By their text: an entry that comes back from the log is told of once more. */
  readonly #needless = new Map<string, Revocation>();
  /** The cleaning that is under way, and the needless entries that go with it. */
  #parts: AsyncIterator<void> | undefined;
  #removing: readonly Revocation[] = [];
  #begunAt = Number.NEGATIVE_INFINITY;

  constructor(options: LogCleanerOptions) {
    this.#options = options;
  }

  /** Whether a part is left that is better deleted soon. */
  get isUnderWay(): boolean {
    return this.#parts !== undefined;
  }

  /** Deletes entries that others have made needless with the next cleaning. */
  removeLater(revocations: readonly Revocation[]): void {
    for (const revocation of revocations) {
      if (this.#needless.size >= MAX_NEEDLESS) return;
      this.#needless.set(toEntryText(revocation), revocation);
    }
  }

  /**
   * Deletes the next part, where it is time to. To be called while the log lacks nothing that is known:
   * what makes an entry needless is there before that entry goes.
   *
   * @throws LogUnavailableError; what was left is deleted with the next cleaning
   */
  async cleanPart(): Promise<void> {
    if (this.#parts === undefined && !this.#isTime()) return;
    const { log, clock, keepMicros } = this.#options;
    if (this.#parts === undefined) {
      this.#begunAt = performance.now();
      this.#removing = [...this.#needless.values()];
      this.#needless.clear();
      this.#parts = log.removeExpired(clock() - keepMicros, this.#removing, READ_TIMEOUT_MS);
    }
    try {
      const { done } = await this.#parts.next();
      if (!done) return;
    } catch (error) {
      this.removeLater(this.#removing);
      this.#end();
      throw error;
    }
    this.#end();
  }

  #end(): void {
    this.#parts = undefined;
    this.#removing = [];
  }

  #isTime(): boolean {
    const ms = performance.now() - this.#begunAt;
    return ms >= CLEAN_MS || (ms >= SOON_MS && this.#needless.size >= MANY_NEEDLESS);
  }
}
