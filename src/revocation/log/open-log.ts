import type { RevocationLog } from "./log.js";

/** What a URL of a log may begin with. */
const SCHEMES = ["postgres:", "postgresql:", "redis:", "rediss:"] as const;

/**
 * Opens the log that a URL names. The client library is loaded here and nowhere else: a server without
 * a shared log does without.
 *
 * @throws Error as `checkLogUrl` does
 */
export async function openLog(url: string): Promise<RevocationLog> {
  await checkLogUrl(url);
  if (isPostgres(url)) {
    const { PostgresLog } = await import("./postgres.js");
    return new PostgresLog(url);
  }
  const { RedisLog } = await import("./redis.js");
  return new RedisLog(url);
}

/**
 * Reads the URL of a log, and the files that it names, such as an authority's; connects to nothing.
 *
 * @throws Error saying what is wrong with the URL, without user and password
 */
export async function checkLogUrl(url: string): Promise<void> {
  if (!SCHEMES.some((scheme) => url.startsWith(`${scheme}//`))) {
    throw new Error("must be postgres://…, redis://… or rediss://…");
  }
  if (isPostgres(url)) {
    if (!isWholeUrl(url)) throw new Error("must be a URL with user and password percent-encoded");
    const { PostgresClient } = await import("./postgres-client.js");
    void new PostgresClient(url);
  } else {
    const { parseRedisUrl } = await import("./redis-url.js");
    parseRedisUrl(url);
  }
}

function isPostgres(url: string): boolean {
  return url.startsWith("postgres");
}

/**
 * Whether the host of a URL is where it seems to be: one of the characters / ? # in a password ends the authority, and
 * a part of the password would be taken for the host and the database, which messages name.
 */
function isWholeUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { pathname, search, hash } = new URL(url);
  return !(pathname + hash).includes("@") && !/^\?[^=]*@/.test(search);
}
