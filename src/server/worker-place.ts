/** One place of a pool: starts the worker in it, and others when that one crashes or is to be replaced. */
import type { Logger } from "pino";
import type { Exit, WorkerProcess } from "./cluster.js";
import type { Listening } from "./instance.js";
import type { LivingWorkers } from "./living-workers.js";
import { StartError } from "./worker-start.js";

/** A worker that ends sooner than this after its start has a fault that the next one may share, in ms. */
const SETTLED_MS = 10_000;
/** How long the second replacement in a row waits, in milliseconds; each further one twice as long. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** What a place is made from. */
export interface WorkerPlaceOptions {
  /** From 1. */
  readonly number: number;
  /** Starts a worker in place `number`. */
  readonly fork: (number: number) => WorkerProcess;
  /** The workers of all places. */
  readonly living: LivingWorkers;
  readonly logger: Logger;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Waits, for a number of milliseconds. */
  readonly wait: (ms: number) => Promise<unknown>;
}

/** The place of one worker. */
export class WorkerPlace {
  readonly #options: WorkerPlaceOptions;
  #worker: WorkerProcess | undefined;
  /** Whether another one is being started in the place of one that serves. */
  #isRenewing = false;
  /** How many in a row ended soon after their start. */
  #quickEnds = 0;
  #crashes = 0;

  constructor(options: WorkerPlaceOptions) {
    this.#options = options;
  }

  /** Whether a worker serves; false while a crashed one is being replaced. */
  get isFilled(): boolean {
    return this.#worker !== undefined;
  }

  /** How many workers have ended here untold. */
  get crashes(): number {
    return this.#crashes;
  }

  /**
   * Puts a new worker in the place, and another one where a signal to its group ends it; settles once it listens.
   * @throws StartError when it ends before, of itself or with the pool
   */
  async fill(): Promise<Listening> {
    const { number, living, logger } = this.#options;
    for (;;) {
      try {
        return await this.#startWorker();
      } catch (error) {
        if (living.isEnding || !(error instanceof StartError && error.isBySignal)) throw error;
        const facts = { worker: number, signal: error.exit.signal };
        logger.warn(facts, "worker ended by a signal while it started: started again");
      }
    }
  }

  /** Puts a new worker in the place of the one that serves, which then leaves. @returns whether the new one listens */
  async renew(): Promise<boolean> {
    const { number, living, logger } = this.#options;
    const old = this.#worker;
    this.#isRenewing = true;
    try {
      await this.fill();
    } catch (error) {
      if (!living.isEnding) {
        const why = (error as Error).message;
        logger.error({ worker: number, why }, "rolling restart given up");
      }
      return false;
    } finally {
      this.#isRenewing = false;
      // The old one has crashed meanwhile, and the new one did not start either.
      if (!this.#worker && !living.isEnding) this.#replace();
    }
    if (old) await living.leave(old);
    return true;
  }

  async #startWorker(): Promise<Listening> {
    const { number, fork, living, logger, now } = this.#options;
    const startedAt = now();
    const worker = fork(number);
    living.add(worker);
    const facts = await Promise.race([
      worker.listening,
      worker.exited.then((exit) => Promise.reject(new StartError(exit))),
    ]);
    logger.info({ worker: number, pid: worker.pid }, "worker listens");
    this.#worker = worker;
    worker.exited.then((exit) => this.#onExit(worker, exit, now() - startedAt));
    return facts;
  }

  #onExit(worker: WorkerProcess, exit: Exit, livedMs: number): void {
    const { number, living, logger } = this.#options;
    if (living.isEnding || this.#worker !== worker) return;
    logger.error({ worker: number, pid: worker.pid, ...exit }, "worker ended: replaced");
    this.#worker = undefined;
    this.#crashes++;
    this.#quickEnds = livedMs < SETTLED_MS ? this.#quickEnds + 1 : 0;
    if (!this.#isRenewing) this.#replace();
  }

  /** Puts a new worker where one has crashed, as often as it takes. */
  async #replace(): Promise<void> {
    const { number, living, logger, wait } = this.#options;
    for (;;) {
      await wait(waitBefore(this.#quickEnds));
      if (living.isEnding) return;
      try {
        await this.fill();
        return;
      } catch (error) {
        if (living.isEnding) return;
        this.#crashes++;
        this.#quickEnds++;
        const why = (error as Error).message;
        logger.error({ worker: number, why }, "worker not replaced yet");
      }
    }
  }
}

/** How long a replacement waits, in milliseconds: the first one not at all. */
function waitBefore(quickEnds: number): number {
  if (quickEnds < 2) return 0;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (quickEnds - 2));
}
