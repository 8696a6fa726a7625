/**
 * The port that node:cluster's primary holds for its workers. Node closes it with the last worker that leaves, and
 * resets what waits there: here it is closed before they are told, on Node's own handle, once all that waits is accepted.
 */
import { tracingChannel } from "node:diagnostics_channel";
import { setImmediate as nextTurn } from "node:timers/promises";

/** How long clients may go on to connect faster than they are accepted, in milliseconds. */
const LONGEST_CROWD_MS = 1_000;

/** As much of a listening socket of Node's as is used. */
interface ListeningHandle {
  /** Is called for each connection. */
  onconnection: (...connection: unknown[]) => void;
  close(): void;
}

/** A server of node:net; the one of a primary gives its handle away once it listens. */
interface ListeningServer {
  readonly _handle: ListeningHandle | null;
}

const opened = new Map<ListeningServer, ListeningHandle>();
let isWatching = false;

/** Notes what this process listens on from now on: to be called before the first worker is started. */
export function watchPorts(): void {
  if (isWatching) return;
  isWatching = true;
  tracingChannel("net.server.listen").asyncEnd.subscribe((message) => {
    const { server } = message as { server: ListeningServer };
    if (server._handle) opened.set(server, server._handle);
  });
}

/** Accepts what is connected to the workers' port, and closes it: the system refuses who comes then. */
export async function closePrimaryPort(): Promise<void> {
  const handles = [...opened].flatMap(([server, handle]) => (server._handle ? [] : [handle]));
  opened.clear();
  let accepted = 0;
  for (const handle of handles) {
    const accept = handle.onconnection;
    handle.onconnection = (...connection) => {
      accepted++;
      accept(...connection);
    };
  }
  const until = performance.now() + LONGEST_CROWD_MS;
  // This turn may be past its accepting. Node accepts one connection in a turn.
  await nextTurn();
  for (let before = -1; accepted > before && performance.now() < until; ) {
    before = accepted;
    await nextTurn();
  }
  for (const handle of handles) handle.close();
}
