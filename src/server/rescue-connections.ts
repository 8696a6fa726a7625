/**
 * Connections between primary and workers. node:cluster's primary sends each connection to a worker and
 * keeps it until the worker says that it has taken it. A worker that is killed says nothing: Node then keeps
 * the connection for ever, open and unanswered, and takes the worker for one that is there. Here the
 * connection goes to another worker, or is closed. And when all workers leave, Node resets what none has
 * taken: that is waited for before they are told.
 */
import cluster, { type Worker } from "node:cluster";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";

/** What the primary and its workers tell each other; Node's own, the same since its first version. */
interface ClusterMessage {
  readonly cmd?: string;
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
}

const COMMAND = "NODE_CLUSTER";
/** The most connections that are waited for at an end: as many as Node lets wait. Busy clients go on to connect. */
const MAX_WAITING = 511;
/** How long workers are waited for that take no connection, in milliseconds. */
const LONGEST_WAIT_MS = 5_000;
const listening = new WeakSet<Worker>();
/** For each worker, the connections that it has not answered for, by the number of their message. */
const unanswered = new Set<ReadonlyMap<number, unknown>>();
/** Connections that were sent to workers. */
let handedOut = 0;

/**
 * Waits, five seconds at most, until everything that is connected to the primary has been taken by a worker.
 * For the end of all workers: Node closes the port with the last of them, and resets what waits there, together
 * with the requests that have been sent.
 */
export async function whenConnectionsTaken(): Promise<void> {
  const until = performance.now() + LONGEST_WAIT_MS;
  const last = handedOut + MAX_WAITING;
  do {
    const before = handedOut;
    await pause(1);
    // Timers run before the port is looked at.
    await nextTurn();
    const isQuiet = handedOut === before && !isAnyUnanswered();
    if (isQuiet || handedOut >= last) return;
  } while (performance.now() < until);
}

function isAnyUnanswered(): boolean {
  return [...unanswered].some(({ size }) => size > 0);
}

/** Watches what a new worker is sent, until it is gone. */
export function rescueConnections(worker: Worker): void {
  const child = worker.process;
  const sent = new Map<number, { close(): void }>();
  unanswered.add(sent);
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = ((message: ClusterMessage, handle: unknown, ...rest: unknown[]) => {
    if (message.cmd === COMMAND && message.act === "newconn" && message.seq !== undefined) {
      sent.set(message.seq, handle as { close(): void });
      handedOut++;
    }
    return send(message, handle, ...rest);
  }) as typeof child.send;
  child.on("internalMessage", ({ ack }: ClusterMessage) => {
    if (ack !== undefined) sent.delete(ack);
  });
  const disconnect = child.disconnect.bind(child);
  child.disconnect = () => {
    disconnect();
    // Node waits for a worker that is gone to say that it has received a connection, and so would go on
    // to give it others.
    if (child.channel) queueMicrotask(() => child.emit("disconnect"));
  };
  worker.once("listening", () => listening.add(worker));
  // All that the worker has said is read by then, and it is given no more connections.
  worker.once("disconnect", () => {
    const othersListen = Object.values(cluster.workers ?? {}).some(
      (other) => other && other !== worker && other.isConnected() && listening.has(other),
    );
    for (const [ack, handle] of [...sent]) {
      if (othersListen) {
        // As a worker that is closing would say: give it to another.
        child.emit("internalMessage", { cmd: COMMAND, ack, accepted: false });
      } else {
        handle.close();
      }
    }
    sent.clear();
    unanswered.delete(sent);
  });
}
