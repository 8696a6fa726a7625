/** The feed: many watchers, slow ones, and too many. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Feed, type FeedOptions } from "../../src/revocation/feed.js";
import { LiveIndex } from "../../src/revocation/live-index.js";
import { tokenEntry } from "../support/revocation-entries.js";

function setUp(options: Partial<FeedOptions> = {}) {
  const index = new LiveIndex();
  const feed = new Feed(index, { id: "feed", stalenessMs: () => 0, ...options });
  const revoke = (...ids: string[]) => {
    const entries = ids.map((id) => tokenEntry(id));
    feed.publish(entries.filter((entry) => index.add(entry)));
  };
  return { feed, revoke };
}

/** Reads the ids of changes until `count` have come. */
async function readIds(feed: Feed, count: number): Promise<string[]> {
  const leave = new AbortController();
  const ids: string[] = [];
  for await (const event of feed.watch("", leave.signal)) {
    if (event.kind === "CHANGES") ids.push(...event.revocations.map(({ id }) => id));
    if (ids.length >= count) leave.abort();
  }
  return ids;
}

describe("the feed", () => {
  it("tells each of a thousand watchers every change once, in order", async () => {
    const { feed, revoke } = setUp();
    const readers = Array.from({ length: 1000 }, () => readIds(feed, 30));
    await turn();
    const ids: string[] = [];
    for (let i = 0; i < 30; i++) {
      ids.push(`t${i}`);
      revoke(`t${i}`);
      await turn();
    }
    for (const read of await Promise.all(readers)) assert.deepEqual(read, ids);
    assert.equal(feed.watchers, 0);
  });

  it("cuts off a watcher that is further behind than what is kept", async () => {
    const { feed, revoke } = setUp({ maxBehind: 10 });
    const events = feed.watch("", new AbortController().signal);
    for (const kind of ["SNAPSHOT", "CHECKPOINT"]) {
      assert.equal((await events.next()).value?.kind, kind);
    }
    revoke(...Array.from({ length: 21 }, (_, i) => `t${i}`));
    await assert.rejects(events.next(), { name: "WatcherTooSlowError" });
    assert.equal(feed.watchers, 0);
  });

  it("takes no more watchers than it serves, and another one once one has left", async () => {
    const { feed } = setUp({ maxWatchers: 1 });
    const first = feed.watch("", new AbortController().signal);
    await first.next();
    const refused = feed.watch("", new AbortController().signal).next();
    await assert.rejects(refused, { name: "TooManyWatchersError" });
    await first.return(undefined);
    const second = feed.watch("", new AbortController().signal);
    assert.equal((await second.next()).value?.kind, "SNAPSHOT");
    await second.return(undefined);
  });
});
