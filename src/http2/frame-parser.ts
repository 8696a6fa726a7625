/** Cuts what a socket reads into frames (RFC 9113, section 4.1). */
import { ConnectionError, ErrorCode } from "./error-codes.js";
import { DEFAULT_MAX_FRAME_SIZE, FRAME_HEADER_SIZE, PREFACE } from "./frame-types.js";

/**
 * Takes a frame. Its payload lies in `bytes` from `start` to `end`, and is valid during the call.
 * Gives false to read no further: the connection has ended.
 */
export type OnFrame = (
  type: number,
  flags: number,
  streamId: number,
  bytes: Buffer,
  start: number,
  end: number,
) => boolean;

/** The room for the first piece of a frame whose rest has not arrived, in octets. */
const SMALLEST_ROOM = 256;

/** Reads the preface and then frames, wherever the reads cut them. */
export class FrameParser {
  readonly #onFrame: OnFrame;
  /** A frame's first piece; its capacity doubles up to one frame. */
  #partial: Buffer | undefined;
  #partialLength = 0;
  #prefaceRead = 0;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Whether the rest of a frame has not arrived. */
  get isWithinFrame(): boolean {
    return this.#partialLength > 0;
  }

  /**
   * Reads on.
   *
   * @throws ConnectionError for a wrong preface and for frames above 16,384 octets
   */
  push(chunk: Buffer): void {
    let at = this.#prefaceRead < PREFACE.length ? this.#preface(chunk) : 0;
    const { length } = chunk;
    while (at < length) {
      if (this.#partialLength > 0) {
        at = this.#complete(chunk, at);
        if (at < 0) return;
        continue;
      }
      if (length - at < FRAME_HEADER_SIZE) break;
      const end = at + FRAME_HEADER_SIZE + payloadSize(chunk, at);
      if (end > length) break;
      if (!this.#emit(chunk, at, end)) return;
      at = end;
    }
    if (at < length) this.#keep(chunk, at, length);
  }

  #preface(chunk: Buffer): number {
    const from = this.#prefaceRead;
    const count = Math.min(PREFACE.length - from, chunk.length);
    if (chunk.compare(PREFACE, from, from + count, 0, count) !== 0) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "a wrong connection preface");
    }
    this.#prefaceRead += count;
    return count;
  }

  /** Adds to the frame under way; hands it on when it is whole. -1: read no further. */
  #complete(chunk: Buffer, at: number): number {
    let from = at;
    if (this.#partialLength < FRAME_HEADER_SIZE) {
      from = this.#take(chunk, from, FRAME_HEADER_SIZE);
      if (this.#partialLength < FRAME_HEADER_SIZE) return from;
    }
    const partial = this.#partial as Buffer;
    const whole = FRAME_HEADER_SIZE + payloadSize(partial, 0);
    from = this.#take(chunk, from, whole);
    if (this.#partialLength < whole) return from;
    const frame = this.#partial as Buffer;
    this.#partial = undefined;
    this.#partialLength = 0;
    return this.#emit(frame, 0, whole) ? from : -1;
  }

  #take(chunk: Buffer, from: number, until: number): number {
    const to = Math.min(chunk.length, from + until - this.#partialLength);
    this.#keep(chunk, from, to);
    return to;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const length = this.#partialLength + to - from;
    if (this.#partial === undefined || length > this.#partial.length) {
      const room = Math.max(SMALLEST_ROOM, length, 2 * this.#partialLength);
      const grown = Buffer.allocUnsafeSlow(room);
      this.#partial?.copy(grown, 0, 0, this.#partialLength);
      this.#partial = grown;
    }
    chunk.copy(this.#partial, this.#partialLength, from, to);
    this.#partialLength = length;
  }

  #emit(bytes: Buffer, at: number, end: number): boolean {
    const streamId =
      (((bytes[at + 5] as number) & 0x7f) << 24) |
      ((bytes[at + 6] as number) << 16) |
      ((bytes[at + 7] as number) << 8) |
      (bytes[at + 8] as number);
    const start = at + FRAME_HEADER_SIZE;
    return this.#onFrame(
      bytes[at + 3] as number,
      bytes[at + 4] as number,
      streamId,
      bytes,
      start,
      end,
    );
  }
}

function payloadSize(bytes: Buffer, at: number): number {
  const size =
    ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  if (size > DEFAULT_MAX_FRAME_SIZE) {
    throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "a frame above 16,384 octets");
  }
  return size;
}
