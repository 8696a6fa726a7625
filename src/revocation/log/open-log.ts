import type { RevocationLog } from "./log.js";

/** What a URL of a log may begin with. */
const SCHEMES = ["postgres:", "postgresql:", "redis:", "rediss:"] as const;

/**
 * Opens the log that a URL names. The client library is loaded here and nowhere else: a server without
 * a shared log does without.
 *
 * @throws Error saying what is wrong with the URL, without user and password
 */
export async function openLog(url: string): Promise<RevocationLog> {
  const scheme = SCHEMES.find((each) => url.startsWith(`${each}//`));
  if (scheme === undefined) throw new Error("must be postgres://…, redis://… or rediss://…");
  if (scheme.startsWith("postgres")) {
    if (!URL.canParse(url)) throw new Error("must be a URL with user and password percent-encoded");
    const { PostgresLog } = await import("./postgres.js");
    return new PostgresLog(url);
  }
  const { RedisLog } = await import("./redis.js");
  return new RedisLog(url);
}
