/** HEADERS, CONTINUATION and DATA: what requests are made of (RFC 9113, sections 6.1, 6.2, 6.10 and 8). */
import { ConnectionError, ErrorCode } from "./error-codes.js";
import { Flag, FRAME_HEADER_SIZE, MAX_31_BIT } from "./frame-types.js";
import { contentLengthOf, type HeaderFields } from "./header-fields.js";
import { type HeaderList, HeaderReader } from "./header-reader.js";
import type { Http2Limits } from "./limits.js";
import type { PeerBudgets } from "./peer-budgets.js";
import { ReceiveWindow } from "./receive-window.js";
import type { Http2Stream } from "./stream.js";
import type { StreamIds } from "./stream-ids.js";

/** A request whose header list has been read. */
export interface OpeningRequest {
  /** Of a list beyond the limit, what came within it. */
  readonly fields: HeaderFields;
  readonly isTooLarge: boolean;
  /** What `content-length` announces. */
  readonly length: number | undefined;
  /** Whether the request has no body. */
  readonly ends: boolean;
}

/** What the frames of requests act on. */
export interface RequestTarget {
  readonly limits: Http2Limits;
  readonly ids: StreamIds;
  readonly streams: ReadonlyMap<number, Http2Stream>;
  readonly budgets: PeerBudgets;
  /** Opens a stream, or refuses it. */
  openStream(id: number, request: OpeningRequest): void;
  /** Resets a stream that is not to be opened. */
  refuseStream(id: number, code: number): void;
  sendWindowUpdate(streamId: number, increment: number): void;
}

/** Octets of the priority fields in HEADERS and PRIORITY. */
export const PRIORITY_SIZE = 5;

/** Reads the frames of requests. */
export class RequestFrames {
  readonly #target: RequestTarget;
  readonly #headers: HeaderReader;
  readonly #window: ReceiveWindow;
  /** The stream whose header block is under way; 0 for none. */
  openBlock = 0;
  #endsStream = false;
  #dependsOnItself = false;

  constructor(target: RequestTarget) {
    this.#target = target;
    this.#headers = new HeaderReader(target.limits);
    this.#window = new ReceiveWindow(target.limits.connectionWindowBytes);
  }

  /** Lets the peer send that many octets more on the connection. */
  release(octets: number): void {
    const increment = this.#window.release(octets);
    if (increment > 0) this.#target.sendWindowUpdate(0, increment);
  }

  onHeaders(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (id % 2 === 0) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "HEADERS of a stream no client can open");
    }
    const isPadded = (flags & Flag.PADDED) !== 0;
    const hasPriority = (flags & Flag.PRIORITY) !== 0;
    const start = from + (isPadded ? 1 : 0) + (hasPriority ? PRIORITY_SIZE : 0);
    // Fields that must be there, and are not (section 4.2), are another fault than padding beyond the block (6.2).
    if (start > to) throw wrongSize("HEADERS");
    const end = to - (isPadded ? (bytes[from] as number) : 0);
    if (start > end) throw paddingTooLong();
    // The block is read even where it is not served, since it may change the decoder's table.
    this.#dependsOnItself = hasPriority && dependencyOf(bytes, start - PRIORITY_SIZE) === id;
    this.#endsStream = (flags & Flag.END_STREAM) !== 0;
    if (flags & Flag.END_HEADERS) {
      this.#onBlock(id, bytes, start, end);
    } else {
      this.openBlock = id;
      this.#headers.keep(bytes, start, end);
    }
  }

  onContinuation(flags: number, bytes: Buffer, start: number, end: number): void {
    const id = this.openBlock;
    if (id === 0) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "CONTINUATION without a header block");
    }
    this.#target.budgets.control(end - start);
    this.#headers.keep(bytes, start, end);
    if ((flags & Flag.END_HEADERS) === 0) return;
    this.openBlock = 0;
    const block = this.#headers.join();
    this.#onBlock(id, block, 0, block.length);
  }

  onData(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    const size = to - from;
    let start = from;
    let end = to;
    if (flags & Flag.PADDED) {
      if (from === to) throw wrongSize("DATA");
      end -= bytes[start++] as number;
      if (start > end) throw paddingTooLong();
    }
    if (!this.#window.take(size)) {
      throw new ConnectionError(
        ErrorCode.FLOW_CONTROL_ERROR,
        "DATA beyond the connection's window",
      );
    }
    const ends = (flags & Flag.END_STREAM) !== 0;
    const stream = this.#target.streams.get(id);
    // Of an open stream only one frame can be its last.
    if (!ends || stream === undefined) this.#spend(end - start, size);
    if (stream === undefined || stream.requestEnded) {
      // It counts for the connection's window all the same (section 6.9).
      this.release(size);
      if (stream === undefined) this.#target.ids.ignoreData(id, size);
      else stream.reset(ErrorCode.STREAM_CLOSED);
      return;
    }
    if (!stream.receive(size)) {
      stream.reset(ErrorCode.FLOW_CONTROL_ERROR);
      return;
    }
    stream.consume(size - (end - start));
    stream.received += end - start;
    if (isTooLong(stream) || (ends && isTooShort(stream))) {
      stream.reset(ErrorCode.PROTOCOL_ERROR);
      return;
    }
    if (end > start) stream.deliver(bytes.subarray(start, end), ends);
    if (ends && !stream.closed) stream.endRequest(undefined);
  }

  /** Counts what is no content of a DATA frame, where it is more than the content. @param size of the payload */
  #spend(content: number, size: number): void {
    const { budgets } = this.#target;
    if (content === 0) budgets.control(size);
    else if (content < size - content + FRAME_HEADER_SIZE) budgets.overhead(size - content);
  }

  #onBlock(id: number, bytes: Buffer, start: number, end: number): void {
    const { ids, streams, budgets } = this.#target;
    const stream = streams.get(id);
    if (stream !== undefined) {
      this.#onTrailers(stream, this.#headers.trailers(bytes, start, end));
    } else if (id > ids.last) {
      this.#onRequest(id, this.#headers.request(bytes, start, end));
    } else {
      // Of a stream that we reset there may be trailers on their way, once.
      budgets.control(end - start);
      this.#headers.trailers(bytes, start, end);
      ids.requireReset(id, "HEADERS");
    }
  }

  #onRequest(id: number, { fields, fault, isTooLarge }: HeaderList): void {
    const target = this.#target;
    target.ids.open(id);
    target.budgets.openStream();
    const length = contentLengthOf(fields);
    const lengthIsWrong = Number.isNaN(length) || (this.#endsStream && (length ?? 0) !== 0);
    if (fault !== undefined || lengthIsWrong || this.#dependsOnItself) {
      target.refuseStream(id, ErrorCode.PROTOCOL_ERROR);
    } else {
      target.openStream(id, { fields, isTooLarge, length, ends: this.#endsStream });
    }
  }

  #onTrailers(stream: Http2Stream, { fields, fault, isTooLarge }: HeaderList): void {
    if (stream.requestEnded) stream.reset(ErrorCode.STREAM_CLOSED);
    else if (isTooLarge) stream.reset(ErrorCode.ENHANCE_YOUR_CALM);
    else if (fault !== undefined || !this.#endsStream || isTooShort(stream)) {
      stream.reset(ErrorCode.PROTOCOL_ERROR);
    } else {
      stream.endRequest(fields);
    }
  }
}

/** The stream that the priority fields name (RFC 7540, section 6.3). */
export function dependencyOf(bytes: Buffer, start: number): number {
  return bytes.readUInt32BE(start) & MAX_31_BIT;
}

/** Frames whose payload has one size, or a least one. */
type SizedFrame =
  | "DATA"
  | "GOAWAY"
  | "HEADERS"
  | "PING"
  | "RST_STREAM"
  | "SETTINGS"
  | "WINDOW_UPDATE";

/** The error for a frame whose payload has a size that its type does not allow. */
export function wrongSize(what: SizedFrame): ConnectionError {
  return new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `${what} of a wrong size`);
}

function paddingTooLong(): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, "padding beyond its frame");
}

function isTooLong({ contentLength, received }: Http2Stream): boolean {
  return contentLength !== undefined && received > contentLength;
}

function isTooShort({ contentLength, received }: Http2Stream): boolean {
  return contentLength !== undefined && received < contentLength;
}
