/** The shared log in PostgreSQL: a table, read by polling. */
import { createHash } from "node:crypto";
import { Pool, type QueryResultRow } from "pg";
import { type Revocation, revocationName } from "../../core/index.js";
import { fromEntryText, toEntryText } from "../entry-text.js";
import {
  LogCorruptError,
  type LogPage,
  LogUnavailableError,
  READ_PAGE,
  type RevocationLog,
} from "./log.js";
import { PostgresListener } from "./postgres-listener.js";
import { type PostgresPosition, readPosition, writePosition } from "./postgres-position.js";
import * as sql from "./postgres-schema.js";
import { within } from "./within.js";

/** How many connections are open at most: a reader, a writer, a cleaner, and one in reserve. */
const MAX_CONNECTIONS = 4;
/** How long a goodbye may take, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;
/** How many rows one part of the cleaning deletes at most. */
const CLEAN_PAGE = 1_000;
/** How long creating the tables may take, in milliseconds. */
const CREATE_TIMEOUT_MS = 10_000;

interface Row extends QueryResultRow {
  readonly log_id: string;
  readonly started: string;
  readonly last: string;
  readonly position: string | null;
  readonly key: Buffer;
  readonly entry: string;
  readonly expires_at: string;
}

/** See `RevocationLog`. */
export class PostgresLog implements RevocationLog {
  readonly name: string;
  readonly #pool: Pool;
  readonly #listener: PostgresListener;
  /** Whether the last answer was one, so that a writer need not find out. */
  #isUp = false;
  #hasTables = false;

  /** @param url as libpq has it: `postgres://user:password@host:5432/database?sslmode=verify-full` */
  constructor(url: string) {
    this.name = withoutCredentials(url);
    const options = { connectionString: url, application_name: "secure-token", keepAlive: true };
    this.#pool = new Pool({ ...options, max: MAX_CONNECTIONS, allowExitOnIdle: true });
    // An idle connection that breaks; the next query opens another one.
    this.#pool.on("error", () => {
      this.#isUp = false;
    });
    // One that breaks while it is in use: its query rejects, and without a listener the process ends.
    this.#pool.on("connect", (client) => client.on("error", () => {}));
    this.#listener = new PostgresListener(options);
  }

  async append(revocations: readonly Revocation[], timeoutMs: number): Promise<void> {
    if (!this.#isUp) throw new LogUnavailableError("PostgreSQL cannot be reached");
    await this.#query(
      sql.APPEND,
      [
        revocations.map(keyOf),
        revocations.map(toEntryText),
        revocations.map(({ expiresAt }) => String(expiresAt)),
      ],
      timeoutMs,
    );
  }

  async read(position: string | undefined, timeoutMs: number): Promise<LogPage> {
    await this.#createTables(timeoutMs);
    const from = position === undefined ? undefined : readPosition(position);
    const rows = await this.#readRows(from?.row ?? "0", timeoutMs);
    if (from !== undefined && isSameLog(from, rows)) return toPage(from, rows, false);
    // From the beginning, and told so where the reader was elsewhere.
    const all = from === undefined ? rows : await this.#readRows("0", timeoutMs);
    return toPage(undefined, all, position !== undefined);
  }

  hasReached(position: string, end: string): boolean {
    return BigInt(readPosition(position)?.row ?? "0") >= BigInt(end);
  }

  onHint(listener: () => void): void {
    this.#listener.onNotification(listener);
  }

  async *removeExpired(
    now: number,
    needless: readonly Revocation[],
    timeoutMs: number,
  ): AsyncGenerator<void, void> {
    for (let at = 0; at < needless.length; at += CLEAN_PAGE) {
      const keys = needless.slice(at, at + CLEAN_PAGE).map(keyOf);
      await this.#query(sql.REMOVE_NEEDLESS, [keys], timeoutMs);
      yield;
    }
    for (;;) {
      const values = [String(now), CLEAN_PAGE];
      const [row] = await this.#query<{ count: number }>(sql.REMOVE_EXPIRED, values, timeoutMs);
      if (row === undefined || row.count < CLEAN_PAGE) return;
      yield;
    }
  }

  async close(): Promise<void> {
    // A server that does not answer does not take a goodbye either.
    const ended = Promise.all([this.#listener.close(), this.#pool.end()]);
    await within(CLOSE_TIMEOUT_MS, () => ended).catch(() => {});
  }

  #readRows(from: string, timeoutMs: number): Promise<Row[]> {
    // The row of the position itself is among them.
    return this.#query<Row>(sql.READ, [from, READ_PAGE + 1], timeoutMs);
  }

  /** Creates the tables where they are missing, once; several servers may try at the same time. */
  async #createTables(timeoutMs: number): Promise<void> {
    if (this.#hasTables) return;
    const [row] = await this.#query<{ exist: boolean }>(sql.TABLES_EXIST, [], timeoutMs);
    if (!row?.exist) {
      const create = `BEGIN; SELECT pg_advisory_xact_lock(${sql.WRITE_LOCK}); ${sql.POSTGRES_SCHEMA} COMMIT;`;
      await this.#query(create, undefined, CREATE_TIMEOUT_MS);
    }
    this.#hasTables = true;
  }

  async #query<R extends QueryResultRow>(
    text: string,
    values: readonly unknown[] | undefined,
    timeoutMs: number,
  ): Promise<R[]> {
    try {
      const result = await within(timeoutMs, async (signal) => {
        const client = await this.#pool.connect();
        // A connection whose answer does not come is of no use to the next query either.
        const drop = () => client.release(true);
        if (signal.aborted) {
          client.release();
          throw new LogUnavailableError("PostgreSQL does not answer in time");
        }
        signal.addEventListener("abort", drop);
        try {
          const answer = await client.query<R>(text, values && [...values]);
          if (!signal.aborted) client.release();
          return answer;
        } catch (error) {
          if (!signal.aborted) client.release(true);
          throw error;
        } finally {
          signal.removeEventListener("abort", drop);
        }
      });
      this.#isUp = true;
      return result.rows;
    } catch (error) {
      this.#isUp = false;
      // The table may have been dropped.
      this.#hasTables = false;
      throw toUnavailable(error);
    }
  }
}

/** Whether what was read follows a position: it is the same log, and nothing of it has gone but what expired. */
function isSameLog(from: PostgresPosition, rows: readonly Row[]): boolean {
  const [first] = rows;
  if (first === undefined || first.log_id !== from.logId) return false;
  // A backup can only be restored, and a standby only take over, with another start of the server.
  if (first.started !== from.started) return false;
  if (BigInt(first.last) < BigInt(from.row)) return false;
  if (first.position === from.row) return from.row === "0" || tagOf(first) === from.tag;
  // The row is not there: cleaned away, or lost.
  return from.row === "0" || from.expiresAt < Date.now() * 1000;
}

function toPage(from: PostgresPosition | undefined, rows: readonly Row[], reset: boolean): LogPage {
  const [first] = rows;
  if (first === undefined) throw new LogCorruptError("secure_token_log has no row");
  const entries = rows.filter(({ position }) => position !== null && position !== from?.row);
  const page = entries.slice(0, READ_PAGE);
  const last = page.at(-1);
  const identity = { logId: first.log_id, started: first.started };
  const position =
    last === undefined
      ? { row: "0", tag: "", expiresAt: 0, ...from, ...identity }
      : {
          ...identity,
          row: last.position as string,
          tag: tagOf(last),
          expiresAt: Number(last.expires_at),
        };
  return {
    revocations: page.map(toRevocation),
    position: writePosition(position),
    end: first.last,
    caughtUp: entries.length === page.length && rows.length <= READ_PAGE,
    reset,
  };
}

function toRevocation({ entry, position }: Row): Revocation {
  const revocation = fromEntryText(entry);
  if (!revocation) throw new LogCorruptError(`row ${position} is no entry`);
  return revocation;
}

/** What makes two entries the same: an entry that is kept longer is another one. */
function keyOf(revocation: Revocation): Buffer {
  const text = `${revocationName(revocation)}:${revocation.expiresAt}`;
  return createHash("sha256").update(text).digest();
}

function tagOf({ key }: Row): string {
  return key.toString("base64url", 0, 9);
}

function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** PostgreSQL's messages may quote values; its codes do not. */
function toUnavailable(error: unknown): Error {
  if (error instanceof LogUnavailableError) return error;
  const { code } = error as { code?: string };
  return new LogUnavailableError(`PostgreSQL does not answer${code ? ` (${code})` : ""}`);
}
