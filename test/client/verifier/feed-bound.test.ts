/** A feed that tells more revocations than a verifier holds. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RevocationEvent } from "../../../src/client/revocations.js";
import { Feed, type Watching } from "../../../src/client/verifier/feed.js";
import { FeedState } from "../../../src/client/verifier/feed-state.js";
import { LiveSet, TooManyRevocationsError } from "../../../src/client/verifier/live-set.js";
import { completeOptions, type VerifierEvent } from "../../../src/client/verifier/options.js";
import { SteadyClock } from "../../../src/client/verifier/steady-clock.js";

const LATER = { seconds: 4_000_000_000, micros: 0 };
const entries = (...ids: string[]) =>
  ids.map((tokenId) => ({ tokenId, expiresAt: LATER }) as never);

describe("the bound of revocations", () => {
  it("is never passed, whatever a page holds", () => {
    const live = new LiveSet(3);
    live.add(entries("a", "b"));
    assert.throws(() => live.add(entries("c", "d", "e")), TooManyRevocationsError);
    assert.throws(() => live.add(entries("f")), TooManyRevocationsError);
    assert.equal(live.size, 3);
    live.sweep((LATER.seconds + 2) * 1000);
    live.add(entries("g"));
    assert.equal(live.size, 1);
  });

  it("ends the feed for a minute, and tells that nothing is watched", async () => {
    let opened = 0;
    const client = {
      async *watchRevocations(): AsyncGenerator<RevocationEvent> {
        opened++;
        const page = { kind: "snapshot", first: true, last: false } as const;
        yield { ...page, revocations: entries("a", "b", "c") };
      },
    } as unknown as Watching;
    const state = new FeedState(new LiveSet(2));
    const told: VerifierEvent[] = [];
    await new Promise<void>((resolve) => {
      const options = completeOptions({
        onEvent: (event) => {
          told.push(event);
          feed.close();
          resolve();
        },
      });
      const feed = new Feed(client, state, new SteadyClock(options.clock), options);
    });
    const [event] = told;
    assert.ok(event?.kind === "not-watched" && event.cause instanceof TooManyRevocationsError);
    assert.deepEqual([told.length, opened, state.live.size], [1, 1, 2]);
  });
});
