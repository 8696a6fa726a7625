/** The tables of the log in PostgreSQL, 13 or newer. */

/**
 * What creates the tables, for a server that may, or for an administrator to run. `secure_token_log`
 * has one row, whose id tells this log from another one under the same name. Positions ascend in the
 * order in which entries become visible, because every writer holds the same lock until it commits.
 */
export const POSTGRES_SCHEMA = `\
CREATE TABLE IF NOT EXISTS secure_token_log (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  log_id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO secure_token_log DEFAULT VALUES ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS secure_token_revocations (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key bytea NOT NULL UNIQUE,
  entry text NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS secure_token_revocations_expires_at
  ON secure_token_revocations (expires_at);
`;

/** What a role needs that did not create the tables. */
export function postgresGrants(role: string): string {
  const quoted = `"${role.replaceAll('"', '""')}"`;
  return `\
GRANT SELECT ON secure_token_log TO ${quoted};
GRANT SELECT, INSERT, DELETE ON secure_token_revocations TO ${quoted};
`;
}

/** Writers of entries, and of the tables themselves, hold this advisory lock ("secure tk" in bytes). */
export const WRITE_LOCK = "8315162634312870763";

/**
 * One server cleans at a time, behind this advisory lock: two that delete the same rows in different orders
 * would each wait for the other, until PostgreSQL ends one of them. SKIP LOCKED would take one more right.
 */
export const CLEAN_LOCK = "8315162634312870764";

/** Readers that LISTEN are told here that somebody wrote. */
export const CHANNEL = "secure_token_revocations";

/** Whether both tables are there. */
export const TABLES_EXIST = `
SELECT to_regclass('secure_token_log') IS NOT NULL
   AND to_regclass('secure_token_revocations') IS NOT NULL AS exist`;

/**
 * Writes entries: $1 keys, $2 texts, $3 expiries. The positions are taken behind the lock. A session
 * that would answer before the entries are on disk is told to wait for it.
 */
export const APPEND = `
WITH locked AS MATERIALIZED (
  SELECT pg_advisory_xact_lock(${WRITE_LOCK}),
    CASE WHEN current_setting('synchronous_commit') = 'off'
      THEN set_config('synchronous_commit', 'local', true) END
), written AS (
  INSERT INTO secure_token_revocations (key, entry, expires_at)
  SELECT new.key, new.entry, new.expires_at
  FROM locked, unnest($1::bytea[], $2::text[], $3::bigint[]) AS new (key, entry, expires_at)
  ON CONFLICT (key) DO NOTHING
  RETURNING 1
)
SELECT pg_notify('${CHANNEL}', '') FROM (SELECT count(*) FROM written) AS all_written`;

/**
 * Reads from a position on, that position included: $1 the position, $2 how many. The first row is of the log itself, and
 * there where no entries are. All of it is one snapshot. What is told of the log is told once: in each row it would be half
 * of what a reader parses.
 */
export const READ = `
SELECT log_id::text AS log_id,
  extract(epoch FROM pg_postmaster_start_time())::text AS started,
  pg_is_in_recovery() AS standby,
  coalesce((SELECT max(position) FROM secure_token_revocations), 0) AS position,
  NULL AS tag, NULL AS entry, NULL AS expires_at
FROM secure_token_log
UNION ALL
SELECT NULL, NULL, NULL, page.position, page.tag, page.entry, page.expires_at
FROM (
  SELECT position, encode(substr(key, 1, 9), 'hex') AS tag, entry, expires_at
  FROM secure_token_revocations
  WHERE position >= $1::bigint ORDER BY position LIMIT $2
) AS page
ORDER BY log_id NULLS LAST, position`;

/** Whether nobody else cleans, told without waiting. */
const CLEANING = `cleaning AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(${CLEAN_LOCK}) AS alone)`;
/** What a cleaning gives: whether it was alone, and how many rows it deleted. */
const CLEANED = "SELECT alone, (SELECT count(*) FROM deleted)::int AS count FROM cleaning";

/** Deletes needless entries: $1 their keys. The last row stays, since readers may stand there. */
export const REMOVE_NEEDLESS = `
WITH ${CLEANING}, deleted AS (
  DELETE FROM secure_token_revocations
  WHERE (SELECT alone FROM cleaning) AND key = ANY($1::bytea[])
    AND position < (SELECT max(position) FROM secure_token_revocations)
  RETURNING 1
)
${CLEANED}`;

/** Deletes what has expired, the last row excepted: $1 the instant, $2 how many. */
export const REMOVE_EXPIRED = `
WITH ${CLEANING}, deleted AS (
  DELETE FROM secure_token_revocations
  WHERE (SELECT alone FROM cleaning) AND position IN (
    SELECT position FROM secure_token_revocations
    WHERE expires_at < $1
      AND position < (SELECT max(position) FROM secure_token_revocations)
    ORDER BY expires_at LIMIT $2
  )
  RETURNING 1
)
${CLEANED}`;
