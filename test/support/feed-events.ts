/** The feed for tests that await its events. */
import type { FeedEvent, RevocationRegister } from "../../src/revocation/register.js";
import { iterate } from "../../src/service/index.js";

/** The events from a cursor on. It ends when `signal` is aborted. */
export async function* eventsOf(
  feed: Pick<RevocationRegister, "watch">,
  cursor: string,
  signal: AbortSignal,
): AsyncGenerator<FeedEvent, undefined> {
  try {
    yield* iterate((wake) => feed.watch(cursor, wake), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return undefined;
}
