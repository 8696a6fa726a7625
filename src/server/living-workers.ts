/** The worker processes of a pool that have not ended: how they are told something, and how they leave. */
import type { Logger } from "pino";
import type { WorkerProcess } from "./cluster.js";

/** How much longer than its grace a worker may take to leave before it is ended, in milliseconds. */
const LEAVE_MARGIN_MS = 5_000;

/** What the workers of a pool are ended with. */
export interface LivingWorkersOptions {
  readonly logger: Logger;
  /** How long a worker that is told to leave may take for its calls, in milliseconds. */
  readonly graceMs: number;
  /** Waits, for a number of milliseconds. */
  readonly wait: (ms: number) => Promise<unknown>;
}

/** Every process that has not ended, those that start and leave included. */
export class LivingWorkers {
  readonly #options: LivingWorkersOptions;
  readonly #alive = new Set<WorkerProcess>();
  readonly #leaving = new Map<WorkerProcess, Promise<void>>();
  #isEnding = false;

  constructor(options: LivingWorkersOptions) {
    this.#options = options;
  }

  /** Whether the pool ends: from then on no worker is started. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Takes a worker that has been started, until it ends. */
  add(worker: WorkerProcess): void {
    this.#alive.add(worker);
    worker.exited.then(() => this.#alive.delete(worker));
  }

  /** Lets every worker read its files again. */
  reload(): void {
    for (const worker of this.#alive) worker.tell("reload");
  }

  /** Has a worker leave; told once, whoever asks. Settles once it has ended. */
  leave(worker: WorkerProcess): Promise<void> {
    const known = this.#leaving.get(worker);
    if (known) return known;
    const leaving = this.#endWorker(worker).finally(() => this.#leaving.delete(worker));
    this.#leaving.set(worker, leaving);
    return leaving;
  }

  /** Has every worker leave. @param ready settles once they may be told; from the call on the pool ends */
  async end(ready?: Promise<unknown>): Promise<void> {
    this.#isEnding = true;
    await ready;
    await Promise.all([...this.#alive].map((worker) => this.leave(worker)));
  }

  /** Ends every worker, and the pool, at once. */
  kill(): void {
    this.#isEnding = true;
    for (const worker of this.#alive) worker.kill();
  }

  async #endWorker(worker: WorkerProcess): Promise<void> {
    const { graceMs, logger, wait } = this.#options;
    worker.tell("leave");
    const left = worker.exited.then(() => true);
    const late = wait(graceMs + LEAVE_MARGIN_MS).then(() => false);
    if (await Promise.race([left, late])) return;
    logger.error({ pid: worker.pid }, "worker does not leave: ended");
    worker.kill();
    await left;
  }
}
