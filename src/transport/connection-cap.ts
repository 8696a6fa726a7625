/** Bounds how many connections are open, at the cost of those that have said least. */
import type { Socket } from "node:net";

/** How long a connection is left to say something, in milliseconds. */
const GRACE_MS = 1_000;
/** The share that is closed at once when there is no more room, so that few connections look at all others. */
const SHARE = 0.05;

/** The open connections of a listener. */
export class ConnectionCap {
  readonly #max: number;
  readonly #openedAt = new Map<Socket, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Counts a new connection. Beyond the maximum it makes room first: an attacker who holds
   * connections open without a word must not keep others out.
   */
  admit(socket: Socket): void {
    const now = performance.now();
    if (this.#openedAt.size >= this.#max && !this.#makeRoom(now)) {
      socket.destroy();
      return;
    }
    this.#openedAt.set(socket, now);
    socket.once("close", () => this.#openedAt.delete(socket));
  }

  #makeRoom(now: number): boolean {
    const settled = [...this.#openedAt].filter(([, openedAt]) => now - openedAt >= GRACE_MS);
    const quietest = settled
      .map(([socket]) => ({ socket, said: socket.bytesRead }))
      .sort((a, b) => a.said - b.said)
      .slice(0, Math.max(1, Math.floor(this.#max * SHARE)));
    for (const { socket } of quietest) {
      this.#openedAt.delete(socket);
      socket.destroy();
    }
    return quietest.length > 0;
  }
}
