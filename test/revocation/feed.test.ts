/** The feed: many watchers, slow ones, and too many. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Feed, type FeedOptions } from "../../src/revocation/feed.js";
import { LiveIndex } from "../../src/revocation/live-index.js";
import { eventsOf } from "../support/feed-events.js";
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
  for await (const event of eventsOf(feed, "", leave.signal)) {
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

  it("cuts off a watcher that is further behind than what is kept", () => {
    const { feed, revoke } = setUp({ maxBehind: 10 });
    const slow = feed.watch("", () => {});
    for (const kind of ["SNAPSHOT", "CHECKPOINT"]) assert.equal(slow.next()?.kind, kind);
    for (let i = 0; i < 20; i++) {
      revoke(`t${i}`);
      // Whoever comes has what is there sealed.
      feed.watch("", () => {}).close();
    }
    assert.throws(() => slow.next(), { name: "WatcherTooSlowError" });
    slow.close();
    assert.equal(feed.watchers, 0);
  });

  it("gives all the same event, wherever each has its turn, so that it is encoded once", async () => {
    const { feed, revoke } = setUp();
    const seen = new Map<number, unknown[]>();
    const watchers = Array.from({ length: 100 }, (_, i) => {
      const events: unknown[] = [];
      seen.set(i, events);
      const read = () => {
        for (let event = watch.next(); event; event = watch.next()) {
          if (event.kind === "CHANGES") events.push(event);
        }
      };
      const watch = feed.watch("", () => read());
      read();
      return watch;
    });
    // A round wakes some of them in each turn; changes that come meanwhile are for the next round.
    revoke("t0");
    for (let i = 1; i < 10; i++) {
      await turn();
      revoke(`t${i}`);
    }
    while (seen.get(99)?.length !== seen.get(0)?.length || seen.get(99)?.length === 1) await turn();
    for (const events of seen.values()) assert.deepEqual(new Set(events), new Set(seen.get(0)));
    const all = [...seen.values()].flat();
    assert.equal(new Set(all).size, seen.get(0)?.length);
    for (const watch of watchers) watch.close();
  });

  it("goes on in the middle of a batch, and gives nobody a change twice", () => {
    const index = new LiveIndex();
    const feed = new Feed(index, { id: "feed", stalenessMs: () => 0, position: 5 });
    feed.publish([tokenEntry("a"), tokenEntry("b"), tokenEntry("c")]);
    for (const [cursor, ids] of [
      ["feed.5", ["a", "b", "c"]],
      ["feed.6", ["b", "c"]],
      ["feed.7", ["c"]],
    ] as const) {
      const watch = feed.watch(cursor, () => {});
      const event = watch.next();
      assert.ok(event?.kind === "CHANGES", cursor);
      assert.deepEqual(
        event.revocations.map(({ id }) => id),
        ids,
      );
      const checkpoint = watch.next();
      assert.ok(checkpoint?.kind === "CHECKPOINT" && checkpoint.cursor === "feed.8");
      assert.equal(watch.next(), undefined);
      watch.close();
    }
    for (const cursor of ["feed.4", "feed.9", "feed.x", "feed.", "other.6"]) {
      const watch = feed.watch(cursor, () => {});
      assert.equal(watch.next()?.kind, "SNAPSHOT", cursor);
      watch.close();
    }
  });

  it("goes on for everyone else when one caller has three quarters of all watchers", () => {
    const { feed } = setUp({ maxWatchers: 4 });
    const enter = (caller: string) => feed.watch("", () => {}, caller);
    const greedy = [enter("a"), enter("a"), enter("a")];
    assert.throws(() => enter("a"), { name: "TooManyWatchersError", message: /caller.*at most 3/ });
    const other = enter("b");
    assert.throws(() => enter("b"), { name: "TooManyWatchersError", message: /at most 4/ });
    greedy.pop()?.close();
    for (const watch of [...greedy, other, enter("a")]) watch.close();
    assert.equal(feed.watchers, 0);
  });

  it("gives all watchers to one where callers are not told apart", () => {
    const { feed } = setUp({ maxWatchers: 4 });
    const all = Array.from({ length: 4 }, () => feed.watch("", () => {}));
    assert.throws(() => feed.watch("", () => {}), { name: "TooManyWatchersError" });
    for (const watch of all) watch.close();
  });

  it("takes no more watchers than it serves, and another one once one has left", () => {
    const { feed } = setUp({ maxWatchers: 1 });
    const first = feed.watch("", () => {});
    assert.throws(() => feed.watch("", () => {}), { name: "TooManyWatchersError" });
    first.close();
    const second = feed.watch("", () => {});
    assert.equal(second.next()?.kind, "SNAPSHOT");
    second.close();
  });
});
