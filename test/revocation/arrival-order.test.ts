/** The order of arrival against a sorted list. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ArrivalOrder } from "../../src/revocation/arrival-order.js";

interface Entry {
  readonly sequence: number;
}

/** What a list gives before a place, newest first. */
function before(list: readonly Entry[], sequence: number): Entry[] {
  return list
    .filter((entry) => entry.sequence < sequence)
    .toSorted((one, other) => other.sequence - one.sequence);
}

describe("the order of arrival", () => {
  it("gives what arrived before a place, newest first, whatever was removed or came late", () => {
    // Few different numbers, so that removals meet what is there.
    const step = fc.tuple(fc.nat({ max: 3_000 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4_000, size: "max" }), fc.nat(3_000), (steps, at) => {
        const order = new ArrivalOrder<Entry>();
        const kept = new Map<number, Entry>();
        for (const [sequence, removes] of steps) {
          const known = kept.get(sequence);
          if (known) order.delete(known);
          kept.delete(sequence);
          if (removes) continue;
          const entry = { sequence };
          order.add(entry);
          kept.set(sequence, entry);
        }
        const list = [...kept.values()];
        assert.deepEqual([...order.before(at)], before(list, at));
        const all = [...order.before(Number.POSITIVE_INFINITY)];
        assert.deepEqual(all, before(list, Number.POSITIVE_INFINITY));
      }),
      { numRuns: 60 },
    );
  });

  it("gives nothing where nothing has arrived, or nothing is left", () => {
    const order = new ArrivalOrder<Entry>();
    assert.deepEqual([...order.before(1)], []);
    const entry = { sequence: 0 };
    order.add(entry);
    order.delete(entry);
    assert.deepEqual([...order.before(1)], []);
  });

  it("removes the entry itself among those of one number", () => {
    const order = new ArrivalOrder<Entry>();
    const same = Array.from({ length: 2_000 }, () => ({ sequence: 0 }));
    for (const entry of same) order.add(entry);
    for (const entry of same.slice(1)) order.delete(entry);
    const left = [...order.before(1)];
    assert.equal(left.length, 1);
    assert.equal(left[0], same[0]);
  });
});
