/**
 * Connections of a worker that is killed. node:cluster's primary sends each connection to a worker and
 * keeps it until the worker says that it has taken it. A worker that is gone says nothing: Node then keeps
 * the connection for ever, open and unanswered, and takes the worker for one that is there. Here the
 * connection goes to another worker, or is closed.
 */
import cluster, { type Worker } from "node:cluster";

/** What the primary and its workers tell each other; Node's own, the same since its first version. */
interface ClusterMessage {
  readonly cmd?: string;
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
}

const COMMAND = "NODE_CLUSTER";
const listening = new WeakSet<Worker>();

/** Watches what a new worker is sent, until it is gone. */
export function rescueConnections(worker: Worker): void {
  const child = worker.process;
  /** Connections that the worker has not answered for, by the number of their message. */
  const sent = new Map<number, { close(): void }>();
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = ((message: ClusterMessage, handle: unknown, ...rest: unknown[]) => {
    if (message.cmd === COMMAND && message.act === "newconn" && message.seq !== undefined) {
      sent.set(message.seq, handle as { close(): void });
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
  });
}
