/** Keeps a number of workers at work, and replaces all of them one after the other. */
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import type { WorkerProcess } from "./cluster.js";
import type { Listening } from "./instance.js";
import { LivingWorkers } from "./living-workers.js";
import { WorkerPlace } from "./worker-place.js";

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

/** The workers of a primary. */
export class WorkerPool {
  readonly #logger: Logger;
  readonly #living: LivingWorkers;
  readonly #places: readonly WorkerPlace[];
  #renewal: "none" | "running" | "again" = "none";

  constructor({ size, fork, logger, graceMs, ...options }: PoolOptions) {
    const { now = () => performance.now(), wait = pause } = options;
    const living = new LivingWorkers({ logger, graceMs, wait });
    this.#logger = logger;
    this.#living = living;
    this.#places = Array.from({ length: size }, (_, i) => {
      return new WorkerPlace({ number: i + 1, fork, living, logger, now, wait });
    });
  }

  /** How many workers have ended that were not told to. */
  get crashes(): number {
    return this.#places.reduce((sum, place) => sum + place.crashes, 0);
  }

  /**
   * Starts one worker, and the others once it listens: what is wrong with the configuration is told
   * by one of them. Undefined when the pool was told to end meanwhile.
   * @throws StartError when a worker ends before it listens.
   */
  async start(): Promise<Listening | undefined> {
    const [first, ...others] = this.#places as [WorkerPlace, ...WorkerPlace[]];
    try {
      const facts = await first.fill();
      if (!this.#living.isEnding) await Promise.all(others.map((place) => place.fill()));
      return this.#living.isEnding ? undefined : facts;
    } catch (error) {
      if (this.#living.isEnding) return undefined;
      throw error;
    }
  }

  /** Lets every worker read its files again. */
  reload(): void {
    this.#living.reload();
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
    this.#logger.info("rolling restart");
    do {
      this.#renewal = "running";
      for (const place of this.#places) {
        // Where a crashed worker is being replaced, a new one is on its way.
        if (this.#living.isEnding || !place.isFilled) continue;
        if (await place.renew()) continue;
        this.#renewal = "none";
        return;
      }
    } while ((this.#renewal as string) === "again");
    this.#renewal = "none";
    if (!this.#living.isEnding) this.#logger.info("rolling restart done");
  }

  /**
   * Lets every worker finish its calls and end; settles once all have.
   *
   * @param ready settles once they may be told; from the call on no other is started
   */
  end(ready?: Promise<unknown>): Promise<void> {
    return this.#living.end(ready);
  }

  /** Ends every worker at once. */
  kill(): void {
    this.#living.kill();
  }
}
