import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import { DeadlineWheel, type Timed } from "../../../src/transport/adapter/deadline-wheel.js";

let now = 0;
const fired: string[] = [];

class Call implements Timed {
  previous: Timed | undefined = undefined;
  next: Timed | undefined = undefined;
  readonly #name: string;
  readonly #then: () => void;

  constructor(name: string, then: () => void = () => {}) {
    this.#name = name;
    this.#then = then;
  }

  timeUp(): void {
    fired.push(this.#name);
    this.#then();
  }
}

/** Lets time pass, in steps that the clock and the interval share. */
function pass(ms: number): void {
  for (let i = 0; i < ms; i++) {
    now++;
    mock.timers.tick(1);
  }
}

describe("the deadline wheel", () => {
  beforeEach(() => {
    now = 1000.25;
    fired.length = 0;
    mock.timers.reset();
    mock.timers.enable({ apis: ["setInterval"] });
    mock.method(performance, "now", () => now);
  });

  it("tells of a deadline when it is reached, never before and not much later", () => {
    const wheel = new DeadlineWheel();
    for (const ms of [1, 9.9, 10, 11, 25.5, 100]) wheel.add(new Call(`${ms}`), ms, now);
    for (const ms of [1, 9.9, 10, 11, 25.5, 100]) {
      while (now < 1000.25 + ms) {
        assert.ok(!fired.includes(`${ms}`), `${ms} ms, after ${now - 1000.25}`);
        pass(1);
      }
      pass(20);
      assert.ok(fired.includes(`${ms}`), `${ms} ms`);
      now = Math.max(now, 1000.25 + ms);
    }
    assert.equal(fired.length, 6);
  });

  it("tells of none that was taken back, and of each once", () => {
    const wheel = new DeadlineWheel();
    const calls = Array.from({ length: 6 }, (_, i) => new Call(`${i}`));
    for (const call of calls) wheel.add(call, 50, now);
    for (const i of [0, 3, 5]) wheel.remove(calls[i] as Call);
    wheel.remove(calls[3] as Call);
    wheel.remove(new Call("a stranger"));
    pass(200);
    assert.deepEqual(fired.sort(), ["1", "2", "4"]);
    for (const call of calls) wheel.remove(call);
  });

  it("lets a call take others back, and begin anew, while it is told", () => {
    const wheel = new DeadlineWheel();
    const other = new Call("other");
    const again = new Call("again");
    const first = new Call("first", () => {
      wheel.remove(other);
      wheel.add(again, 30, now);
    });
    // The last one that was added is told first.
    wheel.add(other, 20, now);
    wheel.add(first, 20, now);
    pass(100);
    assert.deepEqual(fired, ["first", "again"]);
  });

  it("rests when there is nothing to wait for, and wakes again", () => {
    const wheel = new DeadlineWheel();
    const clear = mock.method(globalThis, "clearInterval");
    const call = new Call("late");
    wheel.add(call, 60_000, now);
    wheel.remove(call);
    assert.equal(clear.mock.callCount(), 0);
    pass(20);
    assert.ok(clear.mock.callCount() > 0);
    now += 1e9;
    wheel.add(new Call("again"), 15, now);
    pass(40);
    assert.deepEqual(fired, ["again"]);
  });

  it("keeps no trace of deadlines that were all different", () => {
    const wheel = new DeadlineWheel();
    const stays = new Call("stays");
    wheel.add(stays, 1e9, now);
    for (let i = 0; i < 1000; i++) {
      const call = new Call("gone");
      wheel.add(call, 1000 + i * 50, now);
      wheel.remove(call);
    }
    const clear = mock.method(globalThis, "clearInterval");
    pass(20);
    assert.equal(clear.mock.callCount(), 0);
    wheel.remove(stays);
    pass(20);
    assert.ok(clear.mock.callCount() > 0);
    assert.deepEqual(fired, []);
  });
});
