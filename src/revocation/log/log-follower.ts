/** Keeps a server and the shared log alike: reads what others wrote, and writes what the log lacks. */
import { setTimeout as pause } from "node:timers/promises";
import type { Clock, Revocation } from "../../core/index.js";
import type { Freshness } from "../freshness.js";
import type { Reporter } from "../reporter.js";
import { type LogPage, MAX_LOG_PAGE, READ_TIMEOUT_MS, type RevocationLog } from "./log.js";
import { LogCleaner } from "./log-cleaner.js";
import { LogFiller } from "./log-filler.js";

/** How often the log is read, in milliseconds, where no hint comes sooner. */
export const POLL_MS = 250;
/** How long a read waits for more behind the one before, in milliseconds, however many hints come. */
const LEAST_PAUSE_MS = 10;
/** How long the next part of a cleaning waits, in milliseconds: a million entries take a minute. */
const CLEAN_PAUSE_MS = 20;
/** How long one write may take, in milliseconds. */
const APPEND_TIMEOUT_MS = 3_000;
/** How many entries wait for the log's return; of more, the log is compared with all that is known. */
const MAX_UNSENT = 10_000;

/** What a follower works with. */
export interface LogFollowerOptions {
  readonly log: RevocationLog;
  readonly freshness: Freshness;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Every entry in force, to tell what the log lacks; those that come meanwhile may be among them. */
  readonly known: () => Iterable<Revocation>;
  /** Puts entries of the log in force. */
  readonly merge: (revocations: readonly Revocation[]) => Promise<void>;
  /** How long an entry is kept after its expiry, in microseconds. */
  readonly keepMicros: number;
  /** Default `POLL_MS`. */
  readonly pollMs?: number;
}

/** Follows the log from its creation to `close`. Outages end by themselves. */
export class LogFollower {
  readonly #options: Required<LogFollowerOptions>;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly #filler: LogFiller;
  readonly #cleaner: LogCleaner;
  #position: string | undefined;
  /** Whether the next read begins at the log's beginning, and what it lacks is written. */
  #compareAnew = true;
  /** Where the log ended at an instant, in milliseconds of `performance.now()`, and the reader is to come. */
  #goal: { readonly end: string; readonly seenAt: number } | undefined;
  #unsent: Revocation[] = [];
  #isAway = false;
  /** Whether somebody has written since the last read began. */
  #isHinted = false;
  /** Whether the next read may begin with a hint. */
  #takesHints = false;
  #wake: () => void = () => {};
  #caughtUp: () => void = () => {};
  /** Settles once everything that the log held has been read for the first time. */
  readonly caughtUp = new Promise<void>((resolve) => {
    this.#caughtUp = resolve;
  });

  constructor(options: LogFollowerOptions) {
    this.#options = { pollMs: POLL_MS, ...options };
    this.#filler = new LogFiller({
      known: options.known,
      append: (revocations) => this.append(revocations),
    });
    this.#cleaner = new LogCleaner(options);
    options.log.onHint(() => {
      this.#isHinted = true;
      if (this.#takesHints) this.#wake();
    });
    this.#done = this.#run();
  }

  /** Writes entries into the log. @throws LogUnavailableError */
  async append(revocations: readonly Revocation[]): Promise<void> {
    for (let at = 0; at < revocations.length; at += MAX_LOG_PAGE) {
      const page = revocations.slice(at, at + MAX_LOG_PAGE);
      await this.#options.log.append(page, APPEND_TIMEOUT_MS);
    }
  }

  /** Writes entries into the log as soon as it is back. */
  appendLater(revocations: readonly Revocation[]): void {
    if (this.#unsent.length + revocations.length <= MAX_UNSENT) {
      this.#unsent.push(...revocations);
    } else {
      this.#unsent = [];
      // Not at once: a read that is under way began before these entries, and sets the position.
      this.#compareAnew = true;
    }
  }

  /** Deletes entries from the log, with the next that expire, that others have made needless. */
  removeLater(revocations: readonly Revocation[]): void {
    this.#cleaner.removeLater(revocations);
  }

  /** Ends; a read that is under way is not waited for longer than its bound. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#options.log.close();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { pollMs, log, reporter } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        if (!(await this.#readPage())) continue;
        if (this.#isAway) reporter.info({ log: log.name }, "revocation log is back");
        this.#isAway = false;
      } catch (error) {
        // Nothing is passed over: the next read begins where the last good one ended.
        if (this.#stop.signal.aborted) return;
        const { name, message } = error as Error;
        if (!this.#isAway) {
          reporter.error({ log: log.name, error: name, why: message }, "revocation log is away");
        }
        this.#isAway = true;
      }
      const { isUnderWay } = this.#cleaner;
      await this.#waitForMore(isUnderWay ? Math.min(CLEAN_PAUSE_MS, pollMs) : pollMs);
    }
  }

  /** Reads one page, and writes once it was the last. Whether nothing more is to be done for now. */
  async #readPage(): Promise<boolean> {
    const { log, merge } = this.#options;
    const startedAt = performance.now();
    this.#isHinted = false;
    if (this.#compareAnew) this.#beginAnew();
    const page = await log.read(this.#position, READ_TIMEOUT_MS);
    if (page.reset) {
      const { reporter } = this.#options;
      reporter.warn({ log: log.name }, "revocation log was replaced or trimmed: read anew");
      this.#filler.begin();
      this.#goal = undefined;
    }
    await merge(page.revocations);
    this.#filler.saw(page.revocations);
    this.#position = page.position;
    this.#noteAge(page, startedAt);
    if (!page.caughtUp) return false;
    this.#caughtUp();
    if (!(await this.#fill())) return false;
    // The log lacks what made entries needless where it is to be compared.
    if (!this.#compareAnew) await this.#cleaner.cleanPart();
    return true;
  }

  #beginAnew(): void {
    this.#compareAnew = false;
    this.#position = undefined;
    this.#goal = undefined;
    this.#filler.begin();
  }

  /** While others write without a pause the log's end is never reached; where it was some pages ago is. */
  #noteAge(page: LogPage, startedAt: number): void {
    const { log, freshness } = this.#options;
    const here = { end: page.end, seenAt: startedAt };
    const goal = page.caughtUp ? here : (this.#goal ?? here);
    const isReached = page.caughtUp || log.hasReached(page.position, goal.end);
    if (isReached) freshness.note(performance.now() - goal.seenAt);
    this.#goal = isReached ? undefined : goal;
  }

  /**
   * Writes what the log lacks, for a while: whether that was all. What cannot be written is tried again
   * after the next read.
   */
  async #fill(): Promise<boolean> {
    const { clock, keepMicros } = this.#options;
    const isFilled = await this.#filler.fill(clock() - keepMicros, () => {
      // They are among all that is known.
      this.#unsent = [];
    });
    if (!isFilled) return false;
    while (this.#unsent.length > 0) {
      const unsent = this.#unsent;
      const page = unsent.slice(0, MAX_LOG_PAGE);
      await this.append(page);
      // Of the same list: it is another one where too many came meanwhile.
      unsent.splice(0, page.length);
    }
    return true;
  }

  /** Anybody who may connect to PostgreSQL may send hints, without end: they bring reads no closer than a pause. */
  async #waitForMore(ms: number): Promise<void> {
    await this.#pause(Math.min(LEAST_PAUSE_MS, ms));
    if (this.#isHinted) return;
    this.#takesHints = true;
    await this.#pause(ms - LEAST_PAUSE_MS);
    this.#takesHints = false;
  }

  /** Settles after a time, or once it is woken. */
  async #pause(ms: number): Promise<void> {
    if (this.#stop.signal.aborted || ms <= 0) return;
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const timer = pause(ms, undefined, { signal: over.signal, ref: false }).catch(() => {});
    await Promise.race([timer, woken]);
    over.abort();
  }
}
