/**
 * Spreads the work on batches over turns of the event loop. A batch of 1,000 tokens takes 20 ms: without turns, a few
 * connections that send such batches keep every other call waiting for seconds.
 */
import { noRoom } from "./try-later.js";

/** Items of one turn: about a millisecond's work. */
const ITEMS_PER_TURN = 64;
/** Most characters of all batches that wait for their turns. */
const MAX_WAITING_CHARACTERS = 64 * 1024 * 1024;

/** Whose work it is: addresses take turns, and the connections of an address. */
export interface WorkOwner {
  /** The peer's network: an IPv4 address, or the /64 of an IPv6 address. */
  readonly network: string;
  /** Stands for the connection. */
  readonly connection: object;
}

/** The work on one call's items. */
export interface Work<T, R> {
  readonly items: readonly T[];
  /** Works on a part of the items, the parts in order. What it throws is what `run` throws. */
  readonly step: (part: readonly T[]) => readonly R[];
  /** How many characters the items have: they stay in memory while they wait. */
  readonly size: number;
  readonly owner: WorkOwner;
  /** Drops what is left of the work once it is aborted. Asked for only where items have to wait. */
  readonly signal: () => AbortSignal;
}

/** Work that waits. */
interface Job {
  readonly size: number;
  readonly signal: AbortSignal;
  /** Works on that many items at most. Returns how many there were. */
  advance(count: number): number;
  isDone(): boolean;
  finish(): void;
  fail(reason: unknown): void;
}

/** The jobs of a connection, the oldest first. */
interface Row {
  readonly jobs: Job[];
  size: number;
}

/** Work that waits, for all servers of a process: they share its event loop. */
export class FairTurns {
  readonly #maxWaiting: number;
  /** By network and connection, in the order of their next turns. */
  readonly #networks = new Map<string, Map<object, Row>>();
  #waiting = 0;
  /** Items that this turn of the event loop may still work on. */
  #left = ITEMS_PER_TURN;
  #isScheduled = false;

  /** @param maxWaiting most characters of all items that wait */
  constructor(maxWaiting: number = MAX_WAITING_CHARACTERS) {
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Works on items: at once where this turn has room for all of them, else on a few in each turn.
   *
   * @returns what the steps gave, in order
   * @throws ConnectError RESOURCE_EXHAUSTED where too much waits, for the connection that has most of it
   */
  run<T, R>(work: Work<T, R>): readonly R[] | Promise<readonly R[]> {
    const { items, step, size, owner, signal } = work;
    if (this.#networks.size === 0 && items.length <= this.#left) {
      this.#left -= items.length;
      this.#schedule();
      return step(items);
    }
    return new Promise((resolve, reject) => {
      const results: R[] = [];
      this.#add(owner, {
        size,
        signal: signal(),
        advance(count) {
          const part = items.slice(results.length, results.length + count);
          results.push(...step(part));
          return part.length;
        },
        isDone: () => results.length === items.length,
        finish: () => resolve(results),
        fail: reject,
      });
    });
  }

  #add({ network, connection }: WorkOwner, job: Job): void {
    const rows = this.#networks.get(network) ?? new Map<object, Row>();
    const row = rows.get(connection) ?? { jobs: [], size: 0 };
    this.#networks.set(network, rows);
    rows.set(connection, row);
    row.jobs.push(job);
    row.size += job.size;
    this.#waiting += job.size;
    while (this.#waiting > this.#maxWaiting) this.#refuseOne();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Between two of these the event loop reads what other connections have sent.
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#left = ITEMS_PER_TURN;
    while (this.#left > 0 && this.#networks.size > 0) this.#step();
    if (this.#left < ITEMS_PER_TURN) this.#schedule();
  }

  /** Gives the next connection of the next network a part of the turn; both go to the end of the line. */
  #step(): void {
    const [network, rows] = firstOf(this.#networks);
    const [connection, row] = firstOf(rows);
    this.#networks.delete(network);
    rows.delete(connection);
    const job = row.jobs[0];
    if (job !== undefined && this.#isOver(job)) this.#take(row, 0);
    if (row.jobs.length > 0) rows.set(connection, row);
    if (rows.size > 0) this.#networks.set(network, rows);
  }

  /** Works on a job. Whether nothing is left of it. */
  #isOver(job: Job): boolean {
    try {
      job.signal.throwIfAborted();
      this.#left -= job.advance(this.#left);
      if (!job.isDone()) return false;
      job.finish();
    } catch (reason) {
      job.fail(reason);
    }
    return true;
  }

  /** Refuses the newest job of the connection that has most. */
  #refuseOne(): void {
    const all = [...this.#networks.values()].flatMap((rows) => [...rows.values()]);
    const most = all.reduce((one, other) => (other.size > one.size ? other : one));
    const job = this.#take(most, most.jobs.length - 1);
    job?.fail(noRoom("too many batches wait; send fewer at once"));
  }

  #take(row: Row, index: number): Job | undefined {
    const [job] = row.jobs.splice(index, 1);
    const size = job?.size ?? 0;
    row.size -= size;
    this.#waiting -= size;
    return job;
  }
}

/** The turns of this process. */
export const TURNS = new FairTurns();

function firstOf<K, V>(map: Map<K, V>): [K, V] {
  return map.entries().next().value as [K, V];
}
