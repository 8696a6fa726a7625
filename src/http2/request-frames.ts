/** HEADERS, CONTINUATION and DATA: what requests are made of (RFC 9113, sections 6.1, 6.2, 6.10 and 8). */
import { ConnectionError, ErrorCode } from "./error-codes.js";
import { Flag, MAX_31_BIT } from "./frame-types.js";
import { contentLengthOf, type HeaderFields } from "./header-fields.js";
import { type HeaderList, HeaderReader } from "./header-reader.js";
import type { Http2Limits } from "./limits.js";
import type { PeerBudgets } from "./peer-budgets.js";
import { ReceiveWindow } from "./receive-window.js";
import type { Http2Stream } from "./stream.js";
import type { StreamIds } from "./stream-ids.js";

/** What the frames of requests act on. */
export interface RequestTarget {
  readonly limits: Http2Limits;
  readonly ids: StreamIds;
  readonly streams: ReadonlyMap<number, Http2Stream>;
  readonly budgets: PeerBudgets;
  /** Opens a stream, or refuses it. @param ends whether the request has no body */
  openStream(id: number, fields: HeaderFields, length: number | undefined, ends: boolean): void;
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
    let start = from;
    let end = to;
    if (flags & Flag.PADDED) {
      end -= paddingOf(bytes, start, end);
      start++;
    }
    // The block is read even where it is not served, since it may change the decoder's table.
    this.#dependsOnItself = false;
    if (flags & Flag.PRIORITY) {
      if (end - start < PRIORITY_SIZE) throw wrongSize("HEADERS");
      this.#dependsOnItself = dependencyOf(bytes, start) === id;
      start += PRIORITY_SIZE;
    }
    if (start > end) throw paddingTooLong();
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
      end -= paddingOf(bytes, start, end);
      start++;
      if (start > end) throw paddingTooLong();
    }
    if (!this.#window.take(size)) {
      throw new ConnectionError(
        ErrorCode.FLOW_CONTROL_ERROR,
        "DATA beyond the connection's window",
      );
    }
    const ends = (flags & Flag.END_STREAM) !== 0;
    if (start === end && !ends) this.#target.budgets.control(size);
    const stream = this.#target.streams.get(id);
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

  #onBlock(id: number, bytes: Buffer, start: number, end: number): void {
    const { ids, streams } = this.#target;
    const stream = streams.get(id);
    if (stream !== undefined) {
      this.#onTrailers(stream, this.#headers.trailers(bytes, start, end));
    } else if (id > ids.last) {
      this.#onRequest(id, this.#headers.request(bytes, start, end));
    } else {
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
    if (isTooLarge) {
      target.refuseStream(id, ErrorCode.ENHANCE_YOUR_CALM);
    } else if (fault !== undefined || lengthIsWrong || this.#dependsOnItself) {
      target.refuseStream(id, ErrorCode.PROTOCOL_ERROR);
    } else {
      target.openStream(id, fields, length, this.#endsStream);
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

/** The error for a frame whose payload has a size that its type does not allow. */
export function wrongSize(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `${what} of a wrong size`);
}

/** The octets of padding at a frame's end (section 6.1); the octet that tells them is the caller's. */
function paddingOf(bytes: Buffer, start: number, end: number): number {
  if (start >= end) throw wrongSize("a padded frame");
  return bytes[start] as number;
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
