import type { CutReason } from "./cut-reasons.js";
import type { Http2Limits } from "./limits.js";
import type { Http2Stream, StreamOwner } from "./stream.js";
import type { Turn } from "./turn.js";
import type { UnreadTotal } from "./unread-total.js";

/** What a connection asks of its server. */
export interface ConnectionHost<C extends StreamOwner> {
  readonly limits: Http2Limits;
  readonly unread: UnreadTotal;
  readonly turn: Turn;
  /** A monotonic time in milliseconds. */
  readonly now: () => number;
  /** A request's headers are complete. Sets the stream's `handler`. */
  onStream(stream: Http2Stream<C>): void;
  /** A request's headers are beyond the limit; those of the stream are what came within it. Answers at once. */
  onHeadersTooLarge(stream: Http2Stream<C>): void;
  /** Whether the process has room for one more stream; false refuses it. */
  mayOpenStream(connection: C): boolean;
  /** The connection is cut for what its peer did. */
  onCut(connection: C, reason: CutReason): void;
  /**
   * A request is refused before `onStream` sees it: an error code, of which ENHANCE_YOUR_CALM is that of headers which
   * are too large, or NO_ERROR for CONNECT, which is answered with 501.
   */
  onRefused(connection: C, code: number): void;
  /** A handler threw. */
  onHandlerError(error: unknown): void;
  onStreamClosed(connection: C): void;
  onClosed(connection: C): void;
}
