/** Where a reader of the log in Redis stands. */

/** A position. */
export interface RedisPosition {
  /** The log's own id. */
  readonly logId: string;
  /** The server's run id, another one after each start and on each replica. */
  readonly runId: string;
  /** How many entries others than we have deleted. */
  readonly foreign: number;
  /** The last entry that was read; "-" before the first. */
  readonly entry: string;
  /** When that entry expires, in microseconds since 1970: then it may be deleted. */
  readonly expiresAt: number;
}

/** A position as opaque text. */
export function writePosition(position: RedisPosition): string {
  const { logId, runId, foreign, entry, expiresAt } = position;
  return [logId, runId, foreign, entry, expiresAt].join("/");
}

/** The position of such a text; undefined for any other. */
export function readPosition(text: string): RedisPosition | undefined {
  const [logId, runId, foreign, entry, expiresAt, ...rest] = text.split("/");
  if (logId === undefined || runId === undefined || rest.length > 0) return undefined;
  if (entry === undefined || !/^(-|\d{1,20}-\d{1,20})$/.test(entry)) return undefined;
  return { logId, runId, foreign: Number(foreign), entry, expiresAt: Number(expiresAt) };
}
