/** When workers are replaced, and how long that waits; the processes and the clock are fakes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import type { Exit, Order, WorkerProcess } from "../../src/server/cluster.js";
import type { Listening } from "../../src/server/instance.js";
import { WorkerPool } from "../../src/server/worker-pool.js";

/** A worker that does what the test says. */
class FakeWorker implements WorkerProcess {
  readonly orders: Order[] = [];
  killed = false;
  listen!: () => void;
  exit!: (code: number | null, signal?: string) => void;
  readonly listening: Promise<Listening>;
  readonly exited: Promise<Exit>;

  constructor(readonly pid: number) {
    this.listening = new Promise((resolve) => {
      this.listen = () => resolve({ url: "http://127.0.0.1:1", keyId: `${pid}` });
    });
    this.exited = new Promise((resolve) => {
      this.exit = (code, signal) => resolve({ code, signal: signal ?? null });
    });
  }

  tell(order: Order): void {
    this.orders.push(order);
  }

  kill(): void {
    this.killed = true;
    this.exit(null, "SIGKILL");
  }
}

function createPool(size: number) {
  const workers: FakeWorker[] = [];
  const waits: { ms: number; pass: () => void }[] = [];
  const clock = { now: 0 };
  const pool = new WorkerPool({
    size,
    fork() {
      workers.push(new FakeWorker(workers.length + 1));
      return workers.at(-1) as FakeWorker;
    },
    logger: pino({ level: "silent" }),
    graceMs: 10_000,
    now: () => clock.now,
    wait: (ms) => new Promise<void>((pass) => waits.push({ ms, pass })),
  });
  return { pool, workers, waits, clock };
}

/** Starts a pool whose workers all listen. */
async function runningPool(size: number) {
  const fakes = createPool(size);
  const started = fakes.pool.start();
  while (fakes.workers.length < size) {
    fakes.workers.at(-1)?.listen();
    await setImmediate();
  }
  for (const worker of fakes.workers) worker.listen();
  await started;
  return fakes;
}

describe("a pool of workers", () => {
  it("starts one, and the others once it listens", async () => {
    const { pool, workers } = createPool(3);
    const started = pool.start();
    await setImmediate();
    assert.equal(workers.length, 1);
    workers[0]?.listen();
    await setImmediate();
    assert.equal(workers.length, 3);
    workers[1]?.listen();
    workers[2]?.listen();
    assert.equal((await started)?.keyId, "1");
  });

  it("does not start when a worker ends before it listens", async () => {
    const { pool, workers } = createPool(2);
    const started = pool.start();
    workers[0]?.exit(78);
    await assert.rejects(started, { name: "StartError", exit: { code: 78, signal: null } });
    assert.equal(workers.length, 1);
  });

  for (const signal of ["SIGHUP", "SIGUSR2", "SIGINT", "SIGTERM"]) {
    it(`starts again a worker that ${signal} to its group ended while it started`, async () => {
      const { pool, workers, waits } = createPool(2);
      const started = pool.start();
      workers[0]?.exit(null, signal);
      await setImmediate();
      workers[1]?.listen();
      await setImmediate();
      workers[2]?.exit(null, signal);
      await setImmediate();
      workers[3]?.listen();
      assert.equal((await started)?.keyId, "2");
      const renewed = pool.renew();
      workers[4]?.exit(null, signal);
      await setImmediate();
      workers[5]?.listen();
      await setImmediate();
      workers[1]?.exit(0);
      await setImmediate();
      workers[6]?.listen();
      await setImmediate();
      workers[3]?.exit(0);
      await renewed;
      assert.deepEqual([workers.length, waits.filter(({ ms }) => ms === 0)], [7, []]);
    });
  }

  it("does not start when a worker is killed before it listens", async () => {
    const { pool, workers } = createPool(1);
    const started = pool.start();
    workers[0]?.exit(null, "SIGKILL");
    await assert.rejects(started, { name: "StartError", exit: { code: null, signal: "SIGKILL" } });
  });

  it("starts no worker again that the signal to end took, whatever the end waits for", async () => {
    const { pool, workers } = createPool(1);
    const started = pool.start();
    const ended = pool.end(setImmediate());
    workers[0]?.exit(null, "SIGTERM");
    assert.equal(await started, undefined);
    await ended;
    assert.equal(workers.length, 1);
  });

  it("replaces a worker at once, and one that keeps crashing after ever longer waits", async () => {
    const { workers, waits } = await runningPool(1);
    for (let crash = 1; crash <= 9; crash++) {
      workers.at(-1)?.exit(null, "SIGSEGV");
      await setImmediate();
      assert.equal(workers.length, crash);
      waits.at(-1)?.pass();
      await setImmediate();
      assert.equal(workers.length, crash + 1);
      // Whether it crashes before it listens or soon after makes no difference.
      if (crash % 2) workers.at(-1)?.listen();
      await setImmediate();
    }
    const asked = waits.map(({ ms }) => ms);
    assert.deepEqual(asked, [0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it("forgets crashes once a worker has lasted", async () => {
    const { workers, waits, clock } = await runningPool(1);
    for (const lived of [0, 0, 10_000, 0]) {
      clock.now += lived;
      workers.at(-1)?.exit(1);
      await setImmediate();
      waits.at(-1)?.pass();
      await setImmediate();
      workers.at(-1)?.listen();
      await setImmediate();
    }
    assert.deepEqual(
      waits.map(({ ms }) => ms),
      [0, 500, 0, 0],
    );
  });

  it("tells every worker to read its files, those that start included", async () => {
    const { pool, workers } = await runningPool(2);
    pool.renew();
    pool.reload();
    assert.deepEqual(
      workers.map(({ orders }) => orders),
      [["reload"], ["reload"], ["reload"]],
    );
  });

  it("renews one worker after the other, and lets none leave before the new one listens", async () => {
    const { pool, workers } = await runningPool(2);
    const renewed = pool.renew();
    const [old1, old2, new1] = workers as [FakeWorker, FakeWorker, FakeWorker];
    await setImmediate();
    assert.deepEqual(old1.orders, []);
    new1.listen();
    await setImmediate();
    assert.deepEqual(old1.orders, ["leave"]);
    assert.equal(workers.length, 3);
    old1.exit(0);
    await setImmediate();
    assert.equal(workers.length, 4);
    assert.deepEqual(old2.orders, []);
    workers[3]?.listen();
    await setImmediate();
    assert.deepEqual(old2.orders, ["leave"]);
    old2.exit(0);
    await renewed;
    assert.equal(workers.length, 4);
  });

  it("tells a worker once to leave that a rolling restart has told already", async () => {
    const { pool, workers, waits } = await runningPool(1);
    pool.renew();
    workers[1]?.listen();
    await setImmediate();
    const ended = pool.end();
    for (const worker of workers) worker.exit(0);
    await ended;
    assert.deepEqual(
      workers.map(({ orders }) => orders),
      [["leave"], ["leave"]],
    );
    assert.deepEqual(waits.length, 2);
  });

  it("goes round once more when asked meanwhile, however often", async () => {
    const { pool, workers } = await runningPool(1);
    const renewed = pool.renew();
    pool.renew();
    pool.renew();
    for (let round = 1; round <= 2; round++) {
      workers[round]?.listen();
      await setImmediate();
      workers[round - 1]?.exit(0);
      await setImmediate();
    }
    await renewed;
    assert.equal(workers.length, 3);
  });

  it("keeps the old workers when a new one does not start", async () => {
    const { pool, workers } = await runningPool(2);
    const renewed = pool.renew();
    workers[2]?.exit(78);
    await renewed;
    assert.equal(workers.length, 3);
    assert.deepEqual([workers[0]?.orders, workers[1]?.orders], [[], []]);
  });

  it("has no worker too many when an old one crashes while the new one starts", async () => {
    const { pool, workers, waits } = await runningPool(1);
    pool.renew();
    workers[0]?.exit(1);
    await setImmediate();
    assert.deepEqual(waits, []);
    workers[1]?.listen();
    await setImmediate();
    assert.equal(workers.length, 2);
  });

  it("has none too few when the new one fails as well", async () => {
    const { pool, workers, waits } = await runningPool(1);
    pool.renew();
    workers[0]?.exit(1);
    await setImmediate();
    workers[1]?.exit(78);
    await setImmediate();
    waits[0]?.pass();
    await setImmediate();
    assert.equal(workers.length, 3);
  });

  it("ends a worker that does not leave in time", async () => {
    const { pool, workers, waits } = await runningPool(2);
    const ended = pool.end();
    workers[0]?.exit(0);
    await setImmediate();
    assert.deepEqual(
      waits.map(({ ms }) => ms),
      [15_000, 15_000],
    );
    assert.equal(workers[1]?.killed, false);
    for (const { pass } of waits) pass();
    await ended;
    assert.deepEqual([workers[0]?.killed, workers[1]?.killed], [false, true]);
  });

  it("starts nothing once it ends", async () => {
    const { pool, workers, waits } = await runningPool(2);
    workers[0]?.exit(1);
    await setImmediate();
    const ended = pool.end();
    waits[0]?.pass();
    workers[1]?.exit(0);
    await ended;
    assert.equal(workers.length, 2);
  });
});
