/** Connections that are not read from for a moment, and the time that others count for them. */
import type { Socket } from "node:net";

/** As much of a socket's handle as is used: `pause` of the socket would take its parser from a connection of HTTP/1.1. */
interface ReadableHandle {
  readonly reading?: boolean;
  readStart(): number;
  readStop(): number;
}

/** Holds back what connections send, in the system's buffers; their streams do not notice. */
export class HeldReads {
  readonly #held = new Set<Socket>();
  #since: number | undefined;
  #heldMs = 0;

  /**
   * A monotonic time in milliseconds that stands still while anything is held: a peer is not late whose frames or answer
   * to a PING wait here.
   */
  readonly now = (): number => (this.#since ?? performance.now()) - this.#heldMs;

  /** Reads nothing of a connection until the release. One that is not read from anyhow stays as it is. */
  hold(socket: Socket): void {
    this.#since ??= performance.now();
    const handle = handleOf(socket);
    if (!handle?.reading) return;
    handle.readStop();
    this.#held.add(socket);
  }

  /** Reads on. */
  release(): void {
    if (this.#since !== undefined) this.#heldMs += performance.now() - this.#since;
    this.#since = undefined;
    for (const socket of this.#held) handleOf(socket)?.readStart();
    this.#held.clear();
  }
}

/** That of a connection that is open. */
function handleOf(socket: Socket): ReadableHandle | null | undefined {
  return (socket as Socket & { readonly _handle?: ReadableHandle | null })._handle;
}
