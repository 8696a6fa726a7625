/** What `READ` of `postgres-schema.ts` gives, as a page of the log. */
import { createHash } from "node:crypto";
import type { QueryResultRow } from "pg";
import { type Revocation, revocationName } from "../../core/index.js";
import { fromEntryText } from "../entry-text.js";
import { LogCorruptError, type LogPage, LogUnavailableError, READ_PAGE } from "./log.js";
import { type PostgresPosition, writePosition } from "./postgres-position.js";

/** A row of `READ`: the log's own, or an entry, of which the first three are null. */
export interface Row extends QueryResultRow {
  readonly log_id: string | null;
  readonly started: string | null;
  /** Whether the server follows another one, which it may be behind. */
  readonly standby: boolean | null;
  /** Of the entry; in the log's row of the last one that there is, "0" for none. */
  readonly position: string;
  /** The beginning of its key. */
  readonly tag: string;
  readonly entry: string;
  readonly expires_at: string;
}

/** What a read found. */
export interface Found {
  readonly logId: string;
  readonly started: string;
  readonly last: string;
  /** The entries from the position on. */
  readonly entries: readonly Row[];
}

/** @throws LogCorruptError, LogUnavailableError where what was found may be older than what is acknowledged elsewhere */
export function toFound(rows: readonly Row[]): Found {
  const [log] = rows;
  if (!log?.log_id || log.started === null) {
    throw new LogCorruptError("secure_token_log has no row");
  }
  if (log.standby) throw new LogUnavailableError("PostgreSQL is a standby, which may lag");
  const entries = rows.filter(({ log_id }) => log_id === null);
  return { logId: log.log_id, started: log.started, last: log.position, entries };
}

/** Whether what was found follows a position: it is the same log, and nothing of it has gone but what expired. */
export function isSameLog(from: PostgresPosition, found: Found): boolean {
  if (found.logId !== from.logId) return false;
  // A backup can only be restored, and a standby only take over, with another start of the server.
  if (found.started !== from.started) return false;
  if (from.row === "0") return true;
  if (BigInt(found.last) < BigInt(from.row)) return false;
  const [first] = found.entries;
  if (first?.position === from.row) return first.tag === from.tag;
  // The row is not there: cleaned away, or lost.
  return from.expiresAt < Date.now() * 1000;
}

/** What was found as a page: behind a position, or from the beginning. @throws LogCorruptError */
export function toPage(
  from: PostgresPosition | undefined,
  { logId, started, last: end, entries }: Found,
  reset: boolean,
): LogPage {
  const isStart = entries[0]?.position === from?.row;
  const page = entries.slice(isStart ? 1 : 0).slice(0, READ_PAGE);
  const last = page.at(-1);
  const position =
    last === undefined
      ? { row: "0", tag: "", expiresAt: 0, ...from, logId, started }
      : {
          logId,
          started,
          row: last.position,
          tag: last.tag,
          expiresAt: Number(last.expires_at),
        };
  return {
    revocations: page.map(toRevocation),
    position: writePosition(position),
    end,
    caughtUp: entries.length <= READ_PAGE,
    reset,
  };
}

function toRevocation({ entry, position }: Row): Revocation {
  const revocation = fromEntryText(entry);
  if (!revocation) throw new LogCorruptError(`row ${position} is no entry`);
  return revocation;
}

/** What makes two entries the same: an entry that is kept longer is another one. */
export function keyOf(revocation: Revocation): Buffer {
  const text = `${revocationName(revocation)}:${revocation.expiresAt}`;
  return createHash("sha256").update(text).digest();
}
