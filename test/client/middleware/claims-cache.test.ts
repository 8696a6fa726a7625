/** What the cache keeps, for how long, and how much of it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClaimsCache } from "../../../src/client/middleware/claims-cache.js";
import type { Claims } from "../../../src/client/operations.js";
import { Instant } from "../../../src/client/time.js";
import { createTestClock } from "../../support/test-clock.js";

const HOUR_MS = 3_600_000;

function claimsOf(userId: string): Claims {
  const instant = new Instant(0, 0);
  return {
    tokenId: userId,
    userId,
    permissions: [],
    issuedAt: instant,
    expiresAt: instant,
    additionalData: {},
    sessionId: "session",
    keyId: "key",
  };
}

/** A cache of three, holding these tokens. */
function filled(...tokens: string[]) {
  const clock = createTestClock();
  const cache = new ClaimsCache({ ttlMs: 5000, maxEntries: 3, clock });
  const put = (token: string, remainingMs = HOUR_MS) =>
    cache.put(token, claimsOf(token), cache.now(), remainingMs);
  for (const token of tokens) put(token);
  return { cache, clock, put, holds: (token: string) => cache.get(token)?.userId === token };
}

describe("claims cache", () => {
  it("keeps an answer for its time and no longer", () => {
    const { cache, clock, holds } = filled("a");
    clock.advance(4999.9);
    assert.ok(holds("a"));
    assert.ok(!holds("b"));
    clock.advance(0.1);
    assert.ok(!holds("a"));
    assert.equal(cache.size, 0, "a stale answer stays in memory");
  });

  it("keeps none for longer than its token lives", () => {
    const { clock, put, holds } = filled();
    put("a", 1000);
    put("b", 0);
    assert.ok(!holds("b"));
    clock.advance(999);
    assert.ok(holds("a"));
    clock.advance(1);
    assert.ok(!holds("a"));
  });

  it("counts from when it was asked, however long the answer took", () => {
    const { cache, clock, holds } = filled();
    const asked = cache.now();
    clock.advance(4000);
    cache.put("a", claimsOf("a"), asked, HOUR_MS);
    clock.advance(999);
    assert.ok(holds("a"));
    clock.advance(1);
    assert.ok(!holds("a"));
  });

  const clocks: [string, { steady?: number; wall?: number }, boolean][] = [
    ["both agree", { steady: 1000, wall: 1000 }, true],
    ["the machine slept", { steady: 1000, wall: 5000 }, false],
    ["the wall clock was held", { steady: 5000, wall: 1000 }, false],
    ["the wall clock was set back", { steady: 1000, wall: -1 }, false],
  ];
  for (const [title, by, isHeld] of clocks) {
    it(`asks both clocks: ${title}`, () => {
      const { clock, holds } = filled("a");
      clock.move(by);
      assert.equal(holds("a"), isHeld);
    });
  }

  it("makes the oldest leave", () => {
    const { cache, holds } = filled("a", "b", "c", "a", "d");
    assert.deepEqual(["a", "b", "c", "d"].map(holds), [true, false, true, true]);
    assert.equal(cache.size, 3);
  });

  it("makes stale ones leave before there is need", () => {
    const { cache, clock, put } = filled("a", "b");
    clock.advance(5000);
    put("c");
    assert.equal(cache.size, 1);
  });

  const wrong: [string, number, number][] = [
    ["no time", 0, 1],
    ["more than a minute", 60_001, 1],
    ["no number", Number.NaN, 1],
    ["no entries", 1000, 0],
    ["a broken number of entries", 1000, 1.5],
    ["entries without end", 1000, Number.POSITIVE_INFINITY],
  ];
  for (const [title, ttlMs, maxEntries] of wrong) {
    it(`refuses ${title}`, () => {
      assert.throws(() => new ClaimsCache({ ttlMs, maxEntries }), TypeError);
    });
  }

  it("takes the platform's clocks, and a minute", () => {
    const cache = new ClaimsCache({ ttlMs: 60_000, maxEntries: 1 });
    cache.put("a", claimsOf("a"), cache.now(), HOUR_MS);
    assert.equal(cache.get("a")?.userId, "a");
  });
});
