/** How old knowledge is, by two clocks. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Freshness } from "../../src/revocation/freshness.js";

function setUp(maxMs = 1000) {
  const now = { monotonic: 5000, wall: 1_800_000_000_000 };
  const clocks = { monotonic: () => now.monotonic, wall: () => now.wall };
  const pass = (ms: number) => {
    now.monotonic += ms;
    now.wall += ms;
  };
  return { now, pass, freshness: new Freshness(maxMs, clocks) };
}

describe("freshness", () => {
  it("is none before anything is known", () => {
    const { freshness } = setUp();
    assert.equal(freshness.isFresh, false);
    assert.equal(freshness.stalenessMs, Number.POSITIVE_INFINITY);
    freshness.note(Number.POSITIVE_INFINITY);
    assert.equal(freshness.isFresh, false);
  });

  it("lasts up to the bound and no longer", () => {
    const { freshness, pass } = setUp();
    freshness.note(400);
    pass(600);
    assert.equal(freshness.isFresh, true);
    assert.equal(freshness.stalenessMs, 1000);
    pass(1);
    assert.equal(freshness.isFresh, false);
  });

  it("is not renewed by knowledge that is older than what was there", () => {
    const { freshness, pass } = setUp();
    freshness.note(0);
    freshness.note(900);
    pass(500);
    assert.equal(freshness.stalenessMs, 500);
  });

  it("ends while the machine sleeps, and does not last longer by a clock that is set back", () => {
    const { freshness, now } = setUp();
    freshness.note(0);
    now.wall += 2000;
    assert.equal(freshness.isFresh, false);
    freshness.note(0);
    now.wall -= 3_600_000;
    now.monotonic += 1001;
    assert.equal(freshness.isFresh, false);
    freshness.note(0);
    now.wall += 1001;
    assert.equal(freshness.isFresh, false);
  });

  it("is for ever where the process decides by itself", () => {
    const { freshness, pass } = setUp();
    freshness.setAlways();
    pass(1e9);
    assert.equal(freshness.isFresh, true);
    assert.equal(freshness.stalenessMs, 0);
  });
});
