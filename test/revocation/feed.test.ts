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

  it("gives all who stand at the same place the same event, so that it is encoded once", async () => {
    const { feed, revoke } = setUp();
    const { signal } = new AbortController();
    const watchers = Array.from({ length: 3 }, () => feed.watch("", signal));
    const next = () => Promise.all(watchers.map(async (each) => (await each.next()).value));
    await next();
    assert.equal(new Set(await next()).size, 1);
    revoke("t");
    const changes = await next();
    assert.equal(changes[0]?.kind, "CHANGES");
    assert.equal(new Set(changes).size, 1);
    await Promise.all(watchers.map((each) => each.return(undefined)));
  });

  it("goes on for everyone else when one caller has three quarters of all watchers", async () => {
    const { feed } = setUp({ maxWatchers: 4 });
    const { signal } = new AbortController();
    const enter = async (caller: string) => {
      const events = feed.watch("", signal, caller);
      await events.next();
      return events;
    };
    const greedy = await Promise.all([enter("a"), enter("a"), enter("a")]);
    await assert.rejects(enter("a"), {
      name: "TooManyWatchersError",
      message: /caller.*at most 3/,
    });
    const other = await enter("b");
    await assert.rejects(enter("b"), { name: "TooManyWatchersError", message: /at most 4/ });
    await greedy[0]?.return(undefined);
    const again = await enter("a");
    for (const events of [...greedy, other, again]) await events.return(undefined);
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
