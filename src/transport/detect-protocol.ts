/** Tells HTTP/2 with prior knowledge from HTTP/1.1 by the first bytes of a connection. */
import type { Socket } from "node:net";
import { whenLate } from "./late.js";

/** The protocol that a connection speaks. */
export type Protocol = "h2" | "http/1.1";

/** "PRI": the start of the HTTP/2 preface (RFC 9113, section 3.4), and of no HTTP/1.1 method. */
const PREFACE_START = Buffer.from("PRI");

/** How long a new connection may take, in milliseconds. */
export interface DetectionTimeouts {
  /** For its first byte: clients open connections before they need them. */
  readonly unusedMs: number;
  /** For the next ones, until its protocol is known. */
  readonly undecidedMs: number;
}

/**
 * Calls `use` once the connection has said enough, with the bytes that were read. A client that takes longer, or
 * leaves, is dropped.
 */
export function detectProtocol(
  socket: Socket,
  { unusedMs, undecidedMs }: DetectionTimeouts,
  use: (protocol: Protocol, head: Buffer) => void,
): void {
  let head: Buffer = Buffer.alloc(0);
  const drop = () => socket.destroy();
  let stopWaiting = whenLate(unusedMs, drop);
  const stop = () => {
    stopWaiting();
    socket.off("readable", look);
    socket.off("end", drop);
    socket.off("close", stop);
  };
  const look = () => {
    const isFirst = head.length === 0;
    // Bytes are held rather than unshifted: an unshift would call "readable" again at once.
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
      head = Buffer.concat([head, chunk]);
    }
    const length = Math.min(head.length, PREFACE_START.length);
    const undecided = head.length < PREFACE_START.length;
    const isPreface = head.subarray(0, length).equals(PREFACE_START.subarray(0, length));
    if (undecided && isPreface) {
      if (isFirst && head.length > 0) {
        stopWaiting();
        stopWaiting = whenLate(undecidedMs, drop);
      }
      return;
    }
    stop();
    use(isPreface ? "h2" : "http/1.1", head);
  };
  socket.on("readable", look);
  socket.on("end", drop);
  socket.on("close", stop);
}
