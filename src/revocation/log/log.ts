/**
 * The shared log of a fleet: where servers write revocations, and where each reads those of the
 * others. An engine that people run already keeps it: `postgres.ts`, `redis.ts`.
 *
 * The log is a set that is read in the order of its writing. Entries are never changed. Writing an
 * entry again does no harm, and neither does reading one twice; leaving one out does. An
 * implementation therefore answers `reset` whenever it cannot show that nothing lies between a
 * position and what follows it: the table was dropped, the stream was trimmed, wiped or replaced, a
 * backup was restored. `test/revocation/log` holds one suite that every implementation passes.
 */
import type { Revocation } from "../../core/index.js";

/** The most entries of one call of `append`. */
export const MAX_LOG_PAGE = 1000;

/** The most entries that are read at a time: no call has its turn while they are parsed, two milliseconds at most. */
export const READ_PAGE = 500;

/** How long one read may take, and one part of the cleaning, in milliseconds. */
export const READ_TIMEOUT_MS = 5_000;

/** A part of what the log holds. */
export interface LogPage {
  /** At most `READ_PAGE` entries. Those that have expired may be left out. */
  readonly revocations: readonly Revocation[];
  /** Where to read on: opaque, and valid for every later connection, also of another process. */
  readonly position: string;
  /** Whether everything that was committed when this read began has now been read. */
  readonly caughtUp: boolean;
  /** Where the log ended when this read began, for `hasReached`. Opaque. */
  readonly end: string;
  /**
   * Whether the page begins at the log's beginning although a position was given, because the log
   * cannot go on from there. The reader then takes the log for a new one: it reads on to the end,
   * and writes what the log lacks.
   */
  readonly reset: boolean;
}

/** A connection to the shared log. It connects by itself, and again whenever the connection ends. */
export interface RevocationLog {
  /** Where the log is, for messages: `postgres://db:5432/app`, without user and password. */
  readonly name: string;

  /**
   * Writes at most `MAX_LOG_PAGE` entries. Settles once the engine has them for good: PostgreSQL has
   * committed (synchronous_commit is not off), Redis has answered XADD.
   *
   * @param timeoutMs how long it may take at most, in milliseconds; without a connection it rejects
   * at once, and connects in the background
   * @throws LogUnavailableError; the entries may have been written all the same
   */
  append(revocations: readonly Revocation[], timeoutMs: number): Promise<void>;

  /**
   * Reads the entries after a position, in the order in which they became visible: an entry that
   * becomes visible later than the page is never before the page's position. It answers at once,
   * with no entries where there are none.
   *
   * @param position `LogPage.position` of an earlier page; undefined: from the beginning
   * @param timeoutMs how long it may take at most, in milliseconds; the time to connect included
   * @throws LogUnavailableError when the log does not answer in time
   * @throws LogCorruptError for an entry that it cannot read: it is never passed over in silence
   */
  read(position: string | undefined, timeoutMs: number): Promise<LogPage>;

  /**
   * Whether a reader has read all that there was when an earlier page was read.
   *
   * @param position of a later page, without a reset in between
   * @param end of the earlier page
   */
  hasReached(position: string, end: string): boolean;

  /**
   * Calls the listener whenever another server may have written (LISTEN/NOTIFY, XREAD BLOCK). It is a
   * hint that saves waiting for the next poll. Hints may be lost, and may be none at all.
   */
  onHint(listener: () => void): void;

  /**
   * Deletes what expired before an instant, and entries that others have made needless, in parts that
   * take some milliseconds each: with every turn one. Several servers may call it at the same time. What has expired must not make any reader's position end in
   * a reset; an entry that was needless may, which costs a reader that has been away one more look.
   *
   * @param now microseconds since 1970
   * @param timeoutMs how long one part may take at most, in milliseconds
   * @throws LogUnavailableError; the iteration has ended then
   */
  removeExpired(
    now: number,
    needless: readonly Revocation[],
    timeoutMs: number,
  ): AsyncIterableIterator<void>;

  /** Ends every connection. Calls that are under way are rejected. */
  close(): Promise<void>;
}

/** The log cannot be reached, or does not answer in time. The message holds no credential. */
export class LogUnavailableError extends Error {
  override readonly name = "LogUnavailableError";
}

/** The log holds what is no entry: somebody else writes into it, or a newer version does. */
export class LogCorruptError extends Error {
  override readonly name = "LogCorruptError";
}
