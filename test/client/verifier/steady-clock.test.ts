/** The verifier's clock: what it takes for a sleep. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SteadyClock } from "../../../src/client/verifier/steady-clock.js";

describe("steady clock", () => {
  it("counts sleep, naps together, and is never set back", () => {
    const hands = { steady: 0, wall: 0 };
    const clock = new SteadyClock({ steady: () => hands.steady, wall: () => hands.wall });
    for (const [name, steady, wall, expected] of [
      ["both go on", 1_000, 1_000, 1_000],
      ["the machine sleeps", 0, 60_000, 61_000],
      ["the wall clock is set back", 1_000, -3_600_000, 62_000],
      ["both go on from there", 1_000, 1_000, 63_000],
      ["the machine sleeps after it", 0, 60_000, 123_000],
      ["a nap, or a small correction", 1_000, 1_060, 124_000],
      ["another one, counted with the one before", 0, 60, 124_120],
    ] as const) {
      hands.steady += steady;
      hands.wall += wall;
      assert.equal(clock.now(), expected, name);
    }
  });

  it("takes no pause between its two clocks for a sleep", () => {
    let present = 0;
    let pause = 0;
    const wall = () => {
      present += pause;
      pause = 0;
      return present;
    };
    const clock = new SteadyClock({ steady: () => present, wall });
    pause = 5_000;
    assert.equal(clock.now(), 5_000);
    present += 1_000;
    assert.equal(clock.now(), 6_000);
  });
});
