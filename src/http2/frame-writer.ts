/** Gathers the frames of a turn of the event loop, and writes them to the socket at once. */
import type { Socket } from "node:net";
import { nextTick } from "node:process";
import { TLSSocket } from "node:tls";
import { DEFAULT_MAX_FRAME_SIZE, Flag, FRAME_HEADER_SIZE, FrameType } from "./frame-types.js";
import type { HeaderBlock } from "./header-block.js";

/** Room for the frames of a usual turn, in octets: what a peer does not read keeps it. */
const SMALL = 4 * 1024;
/** Room for the frames of one write at most. The largest frame fits in. */
const LARGE = 64 * 1024;
/** Buffers that wait to be used again, by their sizes. All connections share them. */
const spare = new Map<number, Buffer[]>([
  [SMALL, []],
  [LARGE, []],
]);
/** How many of each wait at most: as many connections as are served in a turn, and fewer with long answers. */
const MAX_SPARE = new Map([
  [SMALL, 64],
  [LARGE, 8],
]);

/** The output of one connection. */
export class FrameWriter {
  readonly #socket: Socket;
  readonly #isEncrypted: boolean;
  #buffer: Buffer | undefined;
  #length = 0;
  #flushed = 0;
  #scheduled = false;
  /** Whether the frames of a read are being served, after which `flush` is called. */
  isReading = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#isEncrypted = socket instanceof TLSSocket;
  }

  /** Octets that the system has not taken yet. */
  get unsent(): number {
    return this.#length + this.#socket.writableLength;
  }

  /** Octets that the system has taken. */
  get sent(): number {
    return this.#flushed - this.#socket.writableLength;
  }

  /** Writes a frame without payload, or the head of one whose payload is written next. */
  frame(type: number, flags: number, streamId: number, size: number): void {
    const out = this.#room(FRAME_HEADER_SIZE + size);
    const at = this.#length;
    out[at] = size >>> 16;
    out[at + 1] = size >>> 8;
    out[at + 2] = size;
    out[at + 3] = type;
    out[at + 4] = flags;
    writeId(out, at + 5, streamId);
    this.#length = at + FRAME_HEADER_SIZE;
  }

  /** Writes four octets of a payload. */
  uint32(value: number): void {
    writeId(this.#buffer as Buffer, this.#length, value);
    this.#length += 4;
  }

  /** Writes two octets of a payload. */
  uint16(value: number): void {
    const out = this.#buffer as Buffer;
    out[this.#length++] = value >>> 8;
    out[this.#length++] = value;
  }

  /** Writes octets of a payload. */
  bytes(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const out = this.#buffer as Buffer;
    out.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  /** Writes a header block; one above 16,384 octets in several frames. */
  headers(block: HeaderBlock, streamId: number, end: boolean): void {
    const { frame } = block;
    if (block.size > DEFAULT_MAX_FRAME_SIZE) {
      this.#longHeaders(block, streamId, end);
      return;
    }
    const out = this.#room(frame.length);
    const at = this.#length;
    out.set(frame, at);
    if (end) out[at + 4] = Flag.END_HEADERS | Flag.END_STREAM;
    writeId(out, at + 5, streamId);
    this.#length = at + frame.length;
  }

  /** Hands everything to the socket. */
  flush(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#buffer = undefined;
    const frames = buffer.subarray(0, this.#length);
    this.#length = 0;
    const socket = this.#socket;
    // A TLS socket reports a write as done only in a later turn: a small copy costs less than a new buffer for each.
    let isCopied = this.#isEncrypted;
    if (socket.writable) {
      this.#flushed += frames.length;
      // Behind frames that wait these wait too, and would keep all of the buffer.
      const waits = socket.writableLength > 0 && frames.length < buffer.length / 2;
      isCopied ||= waits;
      socket.write(waits ? exactCopy(frames) : isCopied ? Buffer.from(frames) : frames);
    }
    // A plain socket that has nothing left to write has handed all of the buffer to the system.
    if (isCopied || socket.writableLength === 0) giveBack(buffer);
  }

  #longHeaders(block: HeaderBlock, streamId: number, end: boolean): void {
    for (let at = 0; at < block.size; at += DEFAULT_MAX_FRAME_SIZE) {
      const size = Math.min(DEFAULT_MAX_FRAME_SIZE, block.size - at);
      const flags = at + size === block.size ? Flag.END_HEADERS : 0;
      if (at === 0)
        this.frame(FrameType.HEADERS, flags | (end ? Flag.END_STREAM : 0), streamId, size);
      else this.frame(FrameType.CONTINUATION, flags, streamId, size);
      this.bytes(block.frame, FRAME_HEADER_SIZE + at, FRAME_HEADER_SIZE + at + size);
    }
  }

  /** The buffer, with room for `size` more octets. */
  #room(size: number): Buffer {
    const needed = this.#length + size;
    if (this.#buffer !== undefined && needed > this.#buffer.length) {
      if (needed <= LARGE) this.#grow(this.#buffer);
      else this.flush();
    }
    if (this.#buffer === undefined) {
      this.#buffer = takeBuffer(size <= SMALL ? SMALL : LARGE);
      if (!this.isReading) this.#schedule();
    }
    return this.#buffer;
  }

  #grow(buffer: Buffer): void {
    const larger = takeBuffer(LARGE);
    buffer.copy(larger, 0, 0, this.#length);
    giveBack(buffer);
    this.#buffer = larger;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    nextTick(flushLater, this);
  }

  /** For `flushLater`. */
  unschedule(): void {
    this.#scheduled = false;
  }
}

function flushLater(writer: FrameWriter): void {
  writer.unschedule();
  writer.flush();
}

function takeBuffer(size: number): Buffer {
  return spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
}

function giveBack(buffer: Buffer): void {
  const waiting = spare.get(buffer.length) as Buffer[];
  if (waiting.length < (MAX_SPARE.get(buffer.length) as number)) waiting.push(buffer);
}

/** A copy that keeps no memory but its own. */
function exactCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

function writeId(out: Buffer, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}
