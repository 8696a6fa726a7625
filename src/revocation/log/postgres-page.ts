/** What `READ` of `postgres-schema.ts` gives, as a page of the log. */
import { createHash } from "node:crypto";
import type { QueryResultRow } from "pg";
import { type Revocation, revocationName } from "../../core/index.js";
import { fromEntryText } from "../entry-text.js";
import { LogCorruptError, type LogPage, READ_PAGE } from "./log.js";
import { type PostgresPosition, writePosition } from "./postgres-position.js";

/** A row of `READ`. */
export interface Row extends QueryResultRow {
  readonly log_id: string;
  readonly started: string;
  readonly last: string;
  /** Whether the server follows another one, which it may be behind. */
  readonly standby: boolean;
  readonly position: string | null;
  /** The beginning of its key. */
  readonly tag: string;
  readonly entry: string;
  readonly expires_at: string;
}

/** Whether what was read follows a position: it is the same log, and nothing of it has gone but what expired. */
export function isSameLog(from: PostgresPosition, rows: readonly Row[]): boolean {
  const [first] = rows;
  if (first === undefined || first.log_id !== from.logId) return false;
  // A backup can only be restored, and a standby only take over, with another start of the server.
  if (first.started !== from.started) return false;
  if (BigInt(first.last) < BigInt(from.row)) return false;
  if (first.position === from.row) return from.row === "0" || first.tag === from.tag;
  // The row is not there: cleaned away, or lost.
  return from.row === "0" || from.expiresAt < Date.now() * 1000;
}

/** Rows as a page: behind a position, or from the beginning. @throws LogCorruptError */
export function toPage(
  from: PostgresPosition | undefined,
  rows: readonly Row[],
  reset: boolean,
): LogPage {
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
          tag: last.tag,
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
export function keyOf(revocation: Revocation): Buffer {
  const text = `${revocationName(revocation)}:${revocation.expiresAt}`;
  return createHash("sha256").update(text).digest();
}
