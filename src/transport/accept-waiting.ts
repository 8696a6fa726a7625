/** Accepts what is connected already before a listener closes. */
import type { Server, Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { HeldReads } from "./held-reads.js";

/**
 * How long a turn may have taken to be the last, in milliseconds: a turn looks for connections at its beginning, and one
 * that works for long, or that the system has kept waiting, has not seen those that came meanwhile.
 */
const SHORT_TURN_MS = 1;
/** How long a short turn is waited for, in milliseconds: a process at its limit has none. */
const MAX_BUSY_MS = 500;
/** How long clients may go on to connect faster than they are accepted, in milliseconds. */
const MAX_CROWD_MS = 1_000;

/**
 * Waits until what is connected to a listener is accepted, a second at most. A listener that closes resets those that
 * wait, together with the requests that they have sent. Nobody is to be told yet that the listener closes: clients that
 * are come back at once, and would wait there too. And no request is read meanwhile: to answer those of all others
 * between two connections would take so long that more come than are accepted.
 *
 * @param sockets the open connections
 * @param reads holds what they send
 */
export async function acceptWaiting(
  server: Server,
  sockets: Iterable<Socket>,
  reads: HeldReads,
): Promise<void> {
  for (const socket of sockets) reads.hold(socket);
  let accepted = 0;
  const count = (socket: Socket) => {
    accepted++;
    reads.hold(socket);
  };
  server.on("connection", count);
  await untilNoneWaits(() => accepted);
  server.off("connection", count);
  reads.release();
}

/**
 * Waits until a short turn of the event loop has accepted nothing: Node accepts one connection in a turn.
 *
 * @param accepted how many connections have been accepted
 */
export async function untilNoneWaits(accepted: () => number): Promise<void> {
  // This turn may be past its accepting.
  await nextTurn();
  const started = performance.now();
  for (let began = started; ; ) {
    const before = accepted();
    await nextTurn();
    const ended = performance.now();
    const isSure = ended - began < SHORT_TURN_MS || ended - started > MAX_BUSY_MS;
    if ((accepted() === before && isSure) || ended - started > MAX_CROWD_MS) return;
    began = ended;
  }
}
