/** Follows the feed of a server over restarts and broken connections. */
import { setTimeout as pause } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { RevocationEvent } from "../../client/revocations.js";
import type { SecureTokenClient } from "../../client/token-client.js";

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2_000;
/** How long a feed may say nothing before it counts as broken: it has a checkpoint each second. */
const MAX_SILENCE_MS = 5_000;

/** Codes of connections that break, of servers that end, and of those that have too many watchers. */
const PASSING: readonly Code[] = [
  Code.Unavailable,
  Code.Aborted,
  Code.Canceled,
  Code.DeadlineExceeded,
  Code.ResourceExhausted,
];

/**
 * Every event, for good. Where the feed ends it is asked for again after a random pause, of 50 ms at
 * most at first and of 2 s at most later, and goes on from the last cursor.
 *
 * @param lost is told once for each time that the feed ends
 * @throws ConnectError and TokenError for what asking again does not mend, and for a server that
 * cannot be reached at first
 */
export async function* followRevocations(
  client: Pick<SecureTokenClient, "watchRevocations">,
  lost: (why: string) => void,
): AsyncGenerator<RevocationEvent> {
  let cursor = "";
  let wasHeard = false;
  for (let attempt = 0; ; attempt++) {
    let why = "the server has ended the feed";
    const stream = new AbortController();
    const silence = setTimeout(() => stream.abort(), MAX_SILENCE_MS);
    try {
      for await (const event of client.watchRevocations(cursor, { signal: stream.signal })) {
        silence.refresh();
        wasHeard = true;
        if (event.kind === "checkpoint") {
          cursor = event.cursor;
          attempt = 0;
        }
        yield event;
      }
    } catch (error) {
      const passes = error instanceof ConnectError && PASSING.includes(error.code);
      if (!wasHeard || !passes) throw error;
      why = error.message;
    } finally {
      clearTimeout(silence);
    }
    if (attempt === 0) lost(why);
    await pause(Math.random() * Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
  }
}
