/**
 * The port that node:cluster's primary holds for its workers. Node closes it with the last worker that leaves, and
 * resets what waits there: here it is closed before they are told, on Node's own handle, once all that waits is accepted.
 * With port 0 Node would take another one for workers that come when all others have crashed: here they get the same.
 */
import { tracingChannel } from "node:diagnostics_channel";
import type { AddressInfo } from "node:net";
import { untilNoneWaits } from "../transport/accept-waiting.js";

/** As much of a listening socket of Node's as is used. */
interface ListeningHandle {
  /** Is called for each connection. */
  onconnection: (...connection: unknown[]) => void;
  close(): void;
}

/** A server of node:net; the one of a primary gives its handle away once it listens. */
interface ListeningServer {
  readonly _handle: ListeningHandle | null;
  address(): AddressInfo;
}

const opened = new Map<ListeningServer, ListeningHandle>();
let isWatching = false;
/** The workers' port, once Node has closed it with the last of them. */
let closedPort: number | undefined;

/** Notes what this process listens on from now on: to be called before the first worker is started. */
export function watchPorts(): void {
  if (isWatching) return;
  isWatching = true;
  tracingChannel("net.server.listen").asyncEnd.subscribe((message) => {
    const { server } = message as { server: ListeningServer };
    if (!server._handle) return;
    opened.set(server, server._handle);
    notePortOf(server, server._handle);
  });
}

/** Which port a worker is to be told that asks for one. @param asked as it asks; 0 for any */
export function portInPlaceOf(asked: number): number {
  return asked === 0 ? (closedPort ?? asked) : asked;
}

/** Notes the port of a handle that a primary's server has given away, when it is closed. */
function notePortOf(server: ListeningServer, handle: ListeningHandle): void {
  const { port } = server.address();
  const close = handle.close;
  handle.close = () => {
    if (!server._handle) closedPort = port;
    opened.delete(server);
    close.call(handle);
  };
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
  await untilNoneWaits(() => accepted);
  for (const handle of handles) handle.close();
}
