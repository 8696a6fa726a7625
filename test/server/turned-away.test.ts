/** Lines that anyone can cause: a flood of them leaves few, and each of them is told of. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { pino } from "pino";
import { createTurnedAway, type TurnedAway } from "../../src/server/turned-away.js";

type Line = Record<string, unknown>;

let lines: Line[];
let turnedAway: TurnedAway;
beforeEach(() => {
  lines = [];
  const write = (text: string) => {
    const { level: _, time: __, ...line } = JSON.parse(text);
    lines.push(line);
  };
  turnedAway = createTurnedAway(pino({ base: null }, { write }));
});

const refused = (peer: string, status: number, rest: Line = {}) => ({
  peer,
  status,
  ...rest,
  msg: "request refused",
});
const cut = (peer: string, reason: string, rest: Line = {}) => ({
  peer,
  reason,
  ...rest,
  msg: "connection cut",
});

describe("the lines of who was turned away", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("are one in ten seconds for a status, the next one telling of those between", () => {
    for (let i = 0; i < 1_000; i++) turnedAway.onRefused(`192.0.2.${i % 200}`, 404);
    turnedAway.onRefused("192.0.2.2", 421);
    assert.deepEqual(lines, [refused("192.0.2.0", 404), refused("192.0.2.2", 421)]);
    mock.timers.tick(9_999);
    assert.equal(lines.length, 2);
    // Nobody has to be refused again for that.
    mock.timers.tick(1);
    assert.deepEqual(lines.splice(0).slice(2), [refused("192.0.2.199", 404, { unsaid: 998 })]);
    // That line was the first of ten more seconds.
    turnedAway.onRefused("192.0.2.3", 404);
    assert.deepEqual(lines, []);
    mock.timers.tick(10_000);
    assert.deepEqual(lines.splice(0), [refused("192.0.2.3", 404)]);
    mock.timers.tick(20_000);
    turnedAway.onRefused("192.0.2.4", 404);
    assert.deepEqual(lines, [refused("192.0.2.4", 404)]);
  });

  it("are a hundred in ten seconds for a reason to cut connections", () => {
    for (let i = 0; i < 4_347; i++)
      turnedAway.onCut({ peer: "192.0.2.1", reason: "too many streams reset" });
    turnedAway.onCut({ peer: "192.0.2.2", reason: "a frame without an end" });
    assert.equal(lines.length, 101);
    assert.deepEqual(lines.splice(0).at(-1), cut("192.0.2.2", "a frame without an end"));
    mock.timers.tick(10_000);
    assert.deepEqual(lines, [cut("192.0.2.1", "too many streams reset", { unsaid: 4_246 })]);
  });

  it("are written at the end of a server, which waits for no ten seconds", () => {
    for (let i = 0; i < 3; i++) turnedAway.onRefused("192.0.2.1", 404);
    turnedAway.flush();
    turnedAway.flush();
    assert.deepEqual(lines, [refused("192.0.2.1", 404), refused("192.0.2.1", 404, { unsaid: 1 })]);
  });
});
