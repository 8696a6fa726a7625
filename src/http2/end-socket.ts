/** Ends a socket in order. */
import type { Socket } from "node:net";

/** How long the other end may take to close a connection that we have ended, in milliseconds. */
const LINGER_MS = 1_000;

/** The listener for a socket's error, the same for all. */
export function destroyBroken(this: Socket): void {
  this.destroy();
}

/** Ends a socket once all is written, and closes it when its peer takes longer than a second. */
export function endSocket(socket: Socket): void {
  // What still comes is read and dropped: unread bytes would turn the end into a reset.
  socket.resume();
  if (socket.destroyed) return;
  socket.end();
  const linger = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  // A timer would keep the socket, and what it holds, for a second after its end.
  socket.once("close", () => clearTimeout(linger));
}
