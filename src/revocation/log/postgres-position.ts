/** Where a reader of the log in PostgreSQL stands. */

/** A position. */
export interface PostgresPosition {
  /** The log's own id. */
  readonly logId: string;
  /** When the database server was started, in seconds since 1970, as text. */
  readonly started: string;
  /** The last row that was read; "0" before the first. */
  readonly row: string;
  /** The beginning of that row's key. */
  readonly tag: string;
  /** When that row's entry expires, in microseconds since 1970: then the row may be deleted. */
  readonly expiresAt: number;
}

/** A position as opaque text. */
export function writePosition({ logId, started, row, tag, expiresAt }: PostgresPosition): string {
  return [logId, started, row, tag, expiresAt].join("/");
}

/** The position of such a text; undefined for any other. */
export function readPosition(text: string): PostgresPosition | undefined {
  const [logId, started, row, tag, expiresAt, ...rest] = text.split("/");
  if (logId === undefined || started === undefined || tag === undefined) return undefined;
  if (rest.length > 0 || !/^\d{1,19}$/.test(row ?? "")) return undefined;
  return { logId, started, row: row as string, tag, expiresAt: Number(expiresAt) };
}
