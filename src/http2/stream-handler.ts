import type { HeaderFields } from "./header-fields.js";

/** Serves a stream. Each method is called in the turn in which its frame is read. */
export interface StreamHandler {
  /**
   * A piece of the request's body. `chunk` is valid during the call, and where it `isLast` during the
   * `onEnd` that follows it at once; whoever keeps it longer copies it.
   */
  onData(chunk: Buffer, isLast: boolean): void;
  /** The request is complete. */
  onEnd(trailers: HeaderFields | undefined): void;
  /** The stream is over: `undefined` when both sides ended it, else the reset's or connection's code. */
  onClose(code: number | undefined): void;
  /** `Http2Stream.write` may be called again. */
  onDrain?(): void;
}
