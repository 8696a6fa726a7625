/** Batches take turns, so that no connection's batches keep others waiting for all of theirs. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { FairTurns } from "../../src/service/fair-turns.js";

const NEVER = new AbortController().signal;

/** Work on that many items which notes each in `log`. */
function work(
  name: string,
  count: number,
  log: string[],
  more: { network?: string; connection?: object; signal?: AbortSignal; size?: number } = {},
) {
  const { network = "a", connection = {}, signal = NEVER, size = count } = more;
  return {
    items: Array.from({ length: count }, (_, i) => i),
    step: (part: readonly number[]) => {
      log.push(`${name}:${part.length}`);
      return part.map((item) => item * 2);
    },
    size,
    owner: { network, connection },
    signal: () => signal,
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("turns", () => {
  it("answer at once what one turn has room for, and no more in it", async () => {
    const turns = new FairTurns();
    const log: string[] = [];
    assert.deepEqual(turns.run(work("one", 3, log)), [0, 2, 4]);
    assert.ok(Array.isArray(turns.run(work("two", 61, log))));
    const third = turns.run(work("three", 1, log));
    assert.ok(third instanceof Promise);
    assert.deepEqual(log, ["one:3", "two:61"]);
    assert.deepEqual(await third, [0]);
    await turn();
    assert.ok(Array.isArray(turns.run(work("four", 64, log))), "the next turn has room again");
  });

  it("give results in order, whole", async () => {
    const results = await new FairTurns().run(work("one", 1000, []));
    assert.deepEqual(
      results,
      Array.from({ length: 1000 }, (_, i) => i * 2),
    );
  });

  it("leave the event loop to others between two parts", async () => {
    const log: string[] = [];
    const done = new FairTurns().run(work("one", 200, log));
    const others = [];
    for (let i = 0; i < 3; i++) {
      await turn();
      others.push(log.length);
    }
    await done;
    assert.deepEqual(others, [1, 2, 3]);
  });

  it("go round the networks, and round the connections of each", async () => {
    const turns = new FairTurns();
    const log: string[] = [];
    const [one, two] = [{}, {}];
    const all = [
      turns.run(work("a1", 128, log, { connection: one })),
      turns.run(work("a1 again", 64, log, { connection: one })),
      turns.run(work("a2", 128, log, { connection: two })),
      turns.run(work("b", 192, log, { network: "b" })),
    ];
    await Promise.all(all);
    assert.deepEqual(log, [
      "a1:64",
      "b:64",
      "a2:64",
      "b:64",
      "a1:64",
      "b:64",
      "a2:64",
      "a1 again:64",
    ]);
  });

  it("drop what nobody waits for any more", async () => {
    const turns = new FairTurns();
    const log: string[] = [];
    const controller = new AbortController();
    const gone = turns.run(work("gone", 1000, log, { signal: controller.signal }));
    const next = turns.run(work("next", 64, log));
    await turn();
    controller.abort(new Error("the client is gone"));
    await assert.rejects(async () => await gone, /the client is gone/);
    await next;
    assert.deepEqual(log, ["gone:64", "next:64"]);
  });

  it("tell what a part throws, and go on with others", async () => {
    const turns = new FairTurns();
    const failing = {
      ...work("failing", 100, []),
      step: () => {
        throw new RangeError("the third is wrong");
      },
    };
    const [one, two] = [turns.run(failing), turns.run(work("two", 100, []))];
    await assert.rejects(async () => await one, RangeError);
    assert.equal((await two).length, 100);
  });

  it("hold no more than their bound: whoever has most of it is refused its newest", async () => {
    const turns = new FairTurns(1_000);
    const [greedy, modest] = [{}, {}];
    const first = turns.run(work("1", 100, [], { connection: greedy, size: 500 }));
    const second = turns.run(work("2", 100, [], { connection: greedy, size: 400 }));
    const other = turns.run(work("3", 100, [], { connection: modest, size: 300 }));
    await assert.rejects(
      async () => await second,
      (error) => error instanceof ConnectError && error.code === Code.ResourceExhausted,
    );
    assert.equal((await first).length, 100);
    assert.equal((await other).length, 100);
    // What was refused counts no more.
    const later = await Promise.all(
      [1, 2].map(() => turns.run(work("4", 100, [], { connection: greedy, size: 500 }))),
    );
    assert.deepEqual(
      later.map(({ length }) => length),
      [100, 100],
    );
  });
});
