/** The clocks of a cache, moved by the test. */
import type { CacheClock } from "../../src/client/middleware/index.js";

/** Clocks that stand still until they are moved. */
export interface TestClock extends CacheClock {
  /** Moves both. */
  advance(ms: number): void;
  /** Moves one alone: a machine that sleeps, or whose clock is set. */
  move(by: { steady?: number; wall?: number }): void;
}

/** Starts both clocks. */
export function createTestClock(): TestClock {
  const at = { steady: 1000, wall: 1_795_433_529_123 };
  const move = ({ steady = 0, wall = 0 }) => {
    at.steady += steady;
    at.wall += wall;
  };
  return {
    steady: () => at.steady,
    wall: () => at.wall,
    advance: (ms) => move({ steady: ms, wall: ms }),
    move,
  };
}
