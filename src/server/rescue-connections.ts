/**
 * Connections between primary and workers. node:cluster's primary sends each connection to a worker and
 * keeps it until the worker says that it has taken it. A worker that is killed says nothing: Node then keeps
 * the connection for ever, open and unanswered, and takes the worker for one that is there. Here the
 * connection goes to another worker, or is closed. And when all workers leave, Node resets what none has
 * taken: the port is closed, and that is waited for, before they are told. When all have crashed, the next
 * ones get the port that those had.
 */
import cluster, { type Worker } from "node:cluster";
import { setTimeout as pause } from "node:timers/promises";
import { closePrimaryPort, portInPlaceOf, watchPorts } from "./primary-port.js";

/** What the primary and its workers tell each other; Node's own, the same since its first version. */
interface ClusterMessage {
  readonly cmd?: string;
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
  /** Which port a message is about. */
  readonly key?: string;
  /** The port that a worker asks for. */
  port?: number;
  readonly errno?: number | null;
}

interface Handle {
  close(): void;
}

/** What one worker has been given. */
export interface WorkerConnections {
  /** Whether it has been told that it may listen, and so may have connections. */
  hasPort(): boolean;
}

const COMMAND = "NODE_CLUSTER";
/** How long workers are waited for that take no connection, in milliseconds. */
const LONGEST_WAIT_MS = 5_000;

/** What a worker is sent, until it is gone. */
class Sent implements WorkerConnections {
  /** Connections that it has not answered for, by the number of their message. */
  readonly unanswered = new Map<number, Handle>();
  #hasPort = false;

  hasPort(): boolean {
    return this.#hasPort;
  }

  note({ cmd, act, seq, ack, key, errno }: ClusterMessage, handle: unknown): void {
    if (cmd !== COMMAND) return;
    if (act === "newconn" && seq !== undefined) this.unanswered.set(seq, handle as Handle);
    else if (ack !== undefined && key !== undefined && !errno) this.#hasPort = true;
  }
}

const workers = new Map<Worker, Sent>();
const listening = new WeakSet<Worker>();
let isPortClosed = false;

/**
 * Accepts what is connected to the primary, closes its port, and waits until all is on its way to a worker; five seconds
 * at most. For the end of all workers: what they are told then comes behind the connections that they have been given.
 */
export async function endConnections(): Promise<void> {
  const until = performance.now() + LONGEST_WAIT_MS;
  await closePrimaryPort();
  isPortClosed = true;
  for (const [worker, sent] of workers) keepFromPort(worker, sent);
  // With a worker that is free nothing waits in the primary.
  while (!isAnyFree() && performance.now() < until) await pause(1);
}

function isAnyFree(): boolean {
  const serving = [...workers.values()].filter((sent) => sent.hasPort());
  return serving.length === 0 || serving.some(({ unanswered }) => unanswered.size === 0);
}

/** A worker that starts while all others leave would have the primary open its port again; Node ignores such a one. */
function keepFromPort(worker: Worker, sent: WorkerConnections): void {
  if (!sent.hasPort()) worker.exitedAfterDisconnect = true;
}

/** Watches what a new worker is sent, until it is gone. */
export function rescueConnections(worker: Worker): WorkerConnections {
  watchPorts();
  const child = worker.process;
  const sent = new Sent();
  workers.set(worker, sent);
  if (isPortClosed) keepFromPort(worker, sent);
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = ((message: ClusterMessage, handle: unknown, ...rest: unknown[]) => {
    sent.note(message, handle);
    return send(message, handle, ...rest);
  }) as typeof child.send;
  // Before Node looks for the port.
  child.prependListener("internalMessage", (message: ClusterMessage) => {
    if (message.act !== "queryServer" || message.port === undefined) return;
    message.port = portInPlaceOf(message.port);
  });
  child.on("internalMessage", ({ ack }: ClusterMessage) => {
    if (ack !== undefined) sent.unanswered.delete(ack);
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
    for (const [ack, handle] of [...sent.unanswered]) {
      if (othersListen) {
        // As a worker that is closing would say: give it to another.
        child.emit("internalMessage", { cmd: COMMAND, ack, accepted: false });
      } else {
        handle.close();
      }
    }
    sent.unanswered.clear();
    workers.delete(worker);
  });
  return sent;
}
