/**
 * Ends connections by age. A client that keeps one connection for ever stays with the process that
 * took it, however busy that is: a new one is spread anew over workers and replicas.
 */
import type { Socket } from "node:net";

/** How far a lifetime is off the maximum, either way: what began together must not end together. */
const JITTER = 0.1;

/** How long each connection of a listener may live. */
export class ConnectionAge {
  readonly #maxMs: number;
  readonly #random: () => number;
  readonly #retireAt = new WeakMap<Socket, number>();

  /** `maxMs` milliseconds give or take a tenth, or Infinity; `random` draws from 0 to 1. */
  constructor(maxMs: number, random: () => number) {
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** Draws a connection's lifetime, from now on. Returns its end, on the clock of `performance.now()`. */
  begin(socket: Socket): number {
    const lifetime = this.#maxMs * (1 + JITTER * (2 * this.#random() - 1));
    const retireAt = performance.now() + lifetime;
    if (retireAt !== Number.POSITIVE_INFINITY) this.#retireAt.set(socket, retireAt);
    return retireAt;
  }

  /** Whether a connection's lifetime is over. */
  isOver(socket: Socket): boolean {
    const retireAt = this.#retireAt.get(socket);
    return retireAt !== undefined && performance.now() > retireAt;
  }
}
