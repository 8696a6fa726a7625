/** Keeps a number of workers at work: replaces those that crash, and all of them one after the other. */
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import type { Exit, WorkerProcess } from "./cluster.js";
import type { Listening } from "./instance.js";
import { StartError } from "./worker-start.js";

/** A worker that ends sooner than this after its start has a fault that the next one may share, in ms. */
const SETTLED_MS = 10_000;
/** How long the second replacement in a row waits, in milliseconds; each further one twice as long. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** How much longer than its grace a worker may take to leave before it is ended, in milliseconds. */
const LEAVE_MARGIN_MS = 5_000;

/** What a pool is made from. */
export interface PoolOptions {
  /** How many workers. */
  readonly size: number;
  /** Starts a worker in place `number`, from 1. */
  readonly fork: (number: number) => WorkerProcess;
  readonly logger: Logger;
  /** How long a worker that is told to leave may take for its calls, in milliseconds. */
  readonly graceMs: number;
  /** Milliseconds of a clock that never goes back. Default `performance.now`. */
  readonly now?: () => number;
  /** Waits, for a number of milliseconds. Default by a timer. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** The place of one worker. */
interface Place {
  readonly number: number;
  /** Undefined while a crashed one is being replaced. */
  worker?: WorkerProcess | undefined;
  /** Whether another one is being started in its place. */
  renewing: boolean;
  /** How many in a row ended soon after their start. */
  quickEnds: number;
}

/** The workers of a primary. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #now: () => number;
  readonly #wait: (ms: number) => Promise<unknown>;
  readonly #places: readonly Place[];
  /** Every process that has not ended, those that start and leave included. */
  readonly #alive = new Set<WorkerProcess>();
  readonly #leaving = new Map<WorkerProcess, Promise<void>>();
  #renewal: "none" | "running" | "again" = "none";
  #ending = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#wait = options.wait ?? pause;
    const numbers = Array.from({ length: options.size }, (_, i) => i + 1);
    this.#places = numbers.map((number) => ({ number, renewing: false, quickEnds: 0 }));
  }

  /**
   * Starts one worker, and the others once it listens: what is wrong with the configuration is told
   * by one of them. Undefined when the pool was told to end meanwhile.
   * @throws StartError when a worker ends before it listens.
   */
  async start(): Promise<Listening | undefined> {
    const [first, ...others] = this.#places as [Place, ...Place[]];
    try {
      const facts = await this.#fill(first);
      if (!this.#ending) await Promise.all(others.map((place) => this.#fill(place)));
      return this.#ending ? undefined : facts;
    } catch (error) {
      if (this.#ending) return undefined;
      throw error;
    }
  }

  /** Lets every worker read its files again. */
  reload(): void {
    for (const worker of this.#alive) worker.tell("reload");
  }

  /**
   * Replaces every worker, one after the other: the new one listens before the old one leaves. Called
   * once more meanwhile, it goes round once more. It stops at a new worker that does not start.
   */
  async renew(): Promise<void> {
    if (this.#renewal !== "none") {
      this.#renewal = "again";
      return;
    }
    const { logger } = this.#options;
    logger.info("rolling restart");
    do {
      this.#renewal = "running";
      for (const place of this.#places) {
        // Where a crashed worker is being replaced, a new one is on its way.
        if (this.#ending || !place.worker) continue;
        if (await this.#renewPlace(place)) continue;
        this.#renewal = "none";
        return;
      }
    } while ((this.#renewal as string) === "again");
    this.#renewal = "none";
    if (!this.#ending) logger.info("rolling restart done");
  }

  /**
   * Lets every worker finish its calls and end; settles once all have.
   *
   * @param ready settles once they may be told; from the call on no other is started
   */
  async end(ready?: Promise<unknown>): Promise<void> {
    this.#ending = true;
    await ready;
    await Promise.all([...this.#alive].map((worker) => this.#leave(worker)));
  }

  /** Ends every worker at once. */
  kill(): void {
    this.#ending = true;
    for (const worker of this.#alive) worker.kill();
  }

  /** Puts a new worker in a place, and another one where a signal to its group ends it. @throws StartError */
  async #fill(place: Place): Promise<Listening> {
    for (;;) {
      try {
        return await this.#startWorker(place);
      } catch (error) {
        if (this.#ending || !(error instanceof StartError && error.isBySignal)) throw error;
        const facts = { worker: place.number, signal: error.exit.signal };
        this.#options.logger.warn(
          facts,
          "worker ended by a signal while it started: started again",
        );
      }
    }
  }

  async #startWorker(place: Place): Promise<Listening> {
    const { fork, logger } = this.#options;
    const startedAt = this.#now();
    const worker = fork(place.number);
    this.#alive.add(worker);
    const exited = worker.exited.then((exit) => {
      this.#alive.delete(worker);
      return exit;
    });
    const facts = await Promise.race([
      worker.listening,
      exited.then((exit) => Promise.reject(new StartError(exit))),
    ]);
    logger.info({ worker: place.number, pid: worker.pid }, "worker listens");
    place.worker = worker;
    exited.then((exit) => this.#onExit(place, worker, exit, this.#now() - startedAt));
    return facts;
  }

  #onExit(place: Place, worker: WorkerProcess, exit: Exit, livedMs: number): void {
    if (this.#ending || place.worker !== worker) return;
    const { logger } = this.#options;
    logger.error({ worker: place.number, pid: worker.pid, ...exit }, "worker ended: replaced");
    place.worker = undefined;
    place.quickEnds = livedMs < SETTLED_MS ? place.quickEnds + 1 : 0;
    if (!place.renewing) this.#replace(place);
  }

  /** Puts a new worker where one has crashed, as often as it takes. */
  async #replace(place: Place): Promise<void> {
    for (;;) {
      await this.#wait(waitBefore(place.quickEnds));
      if (this.#ending) return;
      try {
        await this.#fill(place);
        return;
      } catch (error) {
        if (this.#ending) return;
        place.quickEnds++;
        const why = (error as Error).message;
        this.#options.logger.error({ worker: place.number, why }, "worker not replaced yet");
      }
    }
  }

  /** Whether a new worker has taken the place. */
  async #renewPlace(place: Place): Promise<boolean> {
    const old = place.worker;
    place.renewing = true;
    try {
      await this.#fill(place);
    } catch (error) {
      if (!this.#ending) {
        const why = (error as Error).message;
        this.#options.logger.error({ worker: place.number, why }, "rolling restart given up");
      }
      return false;
    } finally {
      place.renewing = false;
      // The old one has crashed meanwhile, and the new one did not start either.
      if (!place.worker && !this.#ending) this.#replace(place);
    }
    if (old) await this.#leave(old);
    return true;
  }

  /** Has a worker leave; told once, whoever asks. */
  #leave(worker: WorkerProcess): Promise<void> {
    const known = this.#leaving.get(worker);
    if (known) return known;
    const leaving = this.#endWorker(worker).finally(() => this.#leaving.delete(worker));
    this.#leaving.set(worker, leaving);
    return leaving;
  }

  async #endWorker(worker: WorkerProcess): Promise<void> {
    const { graceMs, logger } = this.#options;
    worker.tell("leave");
    const left = worker.exited.then(() => true);
    const late = this.#wait(graceMs + LEAVE_MARGIN_MS).then(() => false);
    if (await Promise.race([left, late])) return;
    logger.error({ pid: worker.pid }, "worker does not leave: ended");
    worker.kill();
    await left;
  }
}

/** How long a replacement waits, in milliseconds: the first one not at all. */
function waitBefore(quickEnds: number): number {
  if (quickEnds < 2) return 0;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (quickEnds - 2));
}
