/** The shared log in PostgreSQL: a table, read by polling. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { Pool, type QueryResultRow } from "pg";
import type { Revocation } from "../../core/index.js";
import { toEntryText } from "../entry-text.js";
import { type LogPage, LogUnavailableError, READ_PAGE, type RevocationLog } from "./log.js";
import { PostgresClient } from "./postgres-client.js";
import { PostgresListener } from "./postgres-listener.js";
import { type Found, isSameLog, keyOf, type Row, toFound, toPage } from "./postgres-page.js";
import { readPosition } from "./postgres-position.js";
import * as sql from "./postgres-schema.js";
import { within } from "./within.js";

/** How many connections are open at most: a reader, a writer, a cleaner, and one in reserve. */
const MAX_CONNECTIONS = 4;
/** How long a goodbye may take, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;
/** How many rows one part of the cleaning deletes at most. */
const CLEAN_PAGE = 1_000;
/** How many entries are made ready for a write before calls have their turn: half a millisecond's worth. */
const STEP = 100;
/** How long creating the tables may take, in milliseconds. */
const CREATE_TIMEOUT_MS = 10_000;

interface Cleaned extends QueryResultRow {
  readonly alone: boolean;
  readonly count: number;
}

/** See `RevocationLog`. */
export class PostgresLog implements RevocationLog {
  readonly name: string;
  readonly #pool: Pool;
  readonly #listener: PostgresListener;
  /** Whether the last answer was one, so that a writer need not find out. */
  #isUp = false;
  #hasTables = false;

  /**
   * @param url as libpq has it: `postgres://user:password@host:5432/database?sslmode=verify-full`; one that
   * `checkLogUrl` takes, since a pool reads it, and the files that it names, with each connection
   */
  constructor(url: string) {
    this.name = withoutCredentials(url);
    const options = { connectionString: url, application_name: "secure-token", keepAlive: true };
    this.#pool = new Pool({
      ...options,
      Client: PostgresClient,
      max: MAX_CONNECTIONS,
      allowExitOnIdle: true,
    });
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
    const [keys, texts, expiries]: [Buffer[], string[], string[]] = [[], [], []];
    for (const [i, revocation] of revocations.entries()) {
      if (i > 0 && i % STEP === 0) await nextTurn();
      keys.push(keyOf(revocation));
      texts.push(toEntryText(revocation));
      expiries.push(String(revocation.expiresAt));
    }
    await this.#query(sql.APPEND, [keys, texts, expiries], timeoutMs);
  }

  async read(position: string | undefined, timeoutMs: number): Promise<LogPage> {
    await this.#createTables(timeoutMs);
    const from = position === undefined ? undefined : readPosition(position);
    const found = await this.#find(from?.row ?? "0", timeoutMs);
    if (from !== undefined && isSameLog(from, found)) return toPage(from, found, false);
    // From the beginning, and told so where the reader was elsewhere.
    const all = from === undefined ? found : await this.#find("0", timeoutMs);
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
      // While another server cleans, each turn tries again: what is needless there may be something else.
      while (!(await this.#clean(sql.REMOVE_NEEDLESS, [keys], timeoutMs)).alone) yield;
      yield;
    }
    for (;;) {
      const values = [String(now), CLEAN_PAGE];
      const { alone, count } = await this.#clean(sql.REMOVE_EXPIRED, values, timeoutMs);
      // What has expired is the same for every server: the one that is at it deletes all of it.
      if (!alone || count < CLEAN_PAGE) return;
      yield;
    }
  }

  async close(): Promise<void> {
    // A server that does not answer does not take a goodbye either.
    const ended = Promise.all([this.#listener.close(), this.#pool.end()]);
    await within(CLOSE_TIMEOUT_MS, () => ended).catch(() => {});
  }

  /** Runs one part of a cleaning, where nobody else cleans at this moment. */
  async #clean(text: string, values: readonly unknown[], timeoutMs: number): Promise<Cleaned> {
    const [row] = await this.#query<Cleaned>(text, values, timeoutMs);
    return row as Cleaned;
  }

  async #find(from: string, timeoutMs: number): Promise<Found> {
    // The row of the position itself is among them.
    return toFound(await this.#query<Row>(sql.READ, [from, READ_PAGE + 1], timeoutMs));
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
