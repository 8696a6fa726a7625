/** What a connection sends: frames under the peer's settings and flow control (RFC 9113, section 5.2). */
import type { Socket } from "node:net";
import { Backlog } from "./backlog.js";
import { ConnectionError, ErrorCode } from "./error-codes.js";
import {
  DEFAULT_MAX_FRAME_SIZE,
  DEFAULT_WINDOW_SIZE,
  Flag,
  FrameType,
  MAX_31_BIT,
  Setting,
} from "./frame-types.js";
import { FrameWriter } from "./frame-writer.js";
import { encodeHeaderBlock, type HeaderBlock } from "./header-block.js";
import type { Http2Limits } from "./limits.js";
import type { PeerBudgets } from "./peer-budgets.js";
import { PeerSettings } from "./peer-settings.js";
import type { Http2Stream } from "./stream.js";
import type { UnreadTotal } from "./unread-total.js";

const NOT_IMPLEMENTED = encodeHeaderBlock([[":status", "501"]]);

/** What the sending side needs of its server. */
export interface OutboundHost {
  readonly limits: Http2Limits;
  readonly unread: UnreadTotal;
  /** A monotonic time in milliseconds. */
  readonly now: () => number;
}

/** The sending side of a connection. */
export class Outbound {
  readonly writer: FrameWriter;
  readonly backlog: Backlog;
  readonly #limits: Http2Limits;
  readonly #peer = new PeerSettings();
  #blocked: Set<Http2Stream> | undefined;
  #window = DEFAULT_WINDOW_SIZE;
  readonly #budgets: PeerBudgets;

  /** @param cut cuts the connection, whose answers are not read */
  constructor(
    socket: Socket,
    { limits, unread, now }: OutboundHost,
    budgets: PeerBudgets,
    cut: () => void,
  ) {
    this.writer = new FrameWriter(socket);
    this.backlog = new Backlog(this.writer, limits, unread, cut, now());
    this.#limits = limits;
    this.#budgets = budgets;
  }

  /** Octets that a new stream may be sent. */
  get initialWindow(): number {
    return this.#peer.initialWindow;
  }

  /** Sends our SETTINGS, and makes the connection's window as large as it is to be. */
  settings(): void {
    const { maxConcurrentStreams, maxHeaderListBytes, streamWindowBytes, connectionWindowBytes } =
      this.#limits;
    const settings = [
      [Setting.MAX_CONCURRENT_STREAMS, maxConcurrentStreams],
      [Setting.INITIAL_WINDOW_SIZE, streamWindowBytes],
      [Setting.MAX_HEADER_LIST_SIZE, maxHeaderListBytes],
    ] as const;
    this.writer.frame(FrameType.SETTINGS, 0, 0, settings.length * 6);
    for (const [setting, value] of settings) {
      this.writer.uint16(setting);
      this.writer.uint32(value);
    }
    this.windowUpdate(0, connectionWindowBytes - DEFAULT_WINDOW_SIZE);
  }

  /** Sends HEADERS. */
  headers(streamId: number, block: HeaderBlock, end: boolean): void {
    if (this.#peer.mustEmptyTable) {
      this.#peer.mustEmptyTable = false;
      this.writer.headers(block.withEmptiedTable(), streamId, end);
    } else {
      this.writer.headers(block, streamId, end);
    }
  }

  /**
   * Sends a frame's worth of data, if there is room.
   *
   * @param end whether the last octet of `data` ends the stream
   * @returns how many octets went
   */
  data(stream: Http2Stream, data: Uint8Array, from: number, end: boolean): number {
    const room = this.backlog.isFull ? 0 : Math.min(this.#window, stream.sendWindow);
    const size = Math.min(data.length - from, room, DEFAULT_MAX_FRAME_SIZE);
    if (size <= 0) {
      this.#blocked ??= new Set();
      this.#blocked.add(stream);
      return 0;
    }
    this.#window -= size;
    stream.sendWindow -= size;
    this.#budgets.sendData(size);
    const isEnd = end && from + size === data.length;
    this.writer.frame(FrameType.DATA, isEnd ? Flag.END_STREAM : 0, stream.id, size);
    this.writer.bytes(data, from, from + size);
    return size;
  }

  /** Sends an empty DATA frame that ends a stream. */
  endOfStream(streamId: number): void {
    this.writer.frame(FrameType.DATA, Flag.END_STREAM, streamId, 0);
  }

  /** Answers CONNECT: there is no tunnel (RFC 9110, section 15.6.2). */
  refuseTunnel(streamId: number): void {
    this.headers(streamId, NOT_IMPLEMENTED, true);
  }

  /** Sends RST_STREAM. */
  reset(streamId: number, code: number): void {
    this.writer.frame(FrameType.RST_STREAM, 0, streamId, 4);
    this.writer.uint32(code);
  }

  /** Sends WINDOW_UPDATE; stream 0 is the connection. */
  windowUpdate(streamId: number, increment: number): void {
    this.writer.frame(FrameType.WINDOW_UPDATE, 0, streamId, 4);
    this.writer.uint32(increment);
  }

  /** Sends PING. */
  ping(flags: number, payload: Uint8Array): void {
    this.writer.frame(FrameType.PING, flags, 0, payload.length);
    this.writer.bytes(payload);
  }

  /** Sends GOAWAY. @param reason debug data, as Latin-1 */
  goAway(lastId: number, code: number, reason: string): void {
    const debug = Buffer.from(reason, "latin1");
    this.writer.frame(FrameType.GOAWAY, 0, 0, 8 + debug.length);
    this.writer.uint32(lastId);
    this.writer.uint32(code);
    this.writer.bytes(debug);
  }

  /** Takes the peer's SETTINGS, which change the windows of open streams (section 6.9.2). */
  takeSettings(bytes: Buffer, start: number, end: number, streams: Iterable<Http2Stream>): void {
    const change = this.#peer.read(bytes, start, end);
    for (const stream of change === 0 ? [] : streams) {
      stream.sendWindow += change;
      if (stream.sendWindow > MAX_31_BIT) throw windowTooLarge();
    }
    this.writer.frame(FrameType.SETTINGS, Flag.ACK, 0, 0);
    if (change > 0) this.drain();
  }

  /** Takes a WINDOW_UPDATE of the connection. */
  takeWindow(increment: number): void {
    this.#window += increment;
    if (this.#window > MAX_31_BIT) throw windowTooLarge();
    this.drain();
  }

  /** Forgets a stream that waits for room. */
  forget(stream: Http2Stream): void {
    this.#blocked?.delete(stream);
  }

  /** Lets the streams that wait for room send a frame each, in turn, until there is none. */
  drain(): void {
    const blocked = this.#blocked;
    if (blocked === undefined || blocked.size === 0) return;
    const turn = [...blocked];
    blocked.clear();
    let someSent = true;
    while (someSent) {
      someSent = false;
      for (const stream of turn) {
        if (stream.closed || blocked.has(stream)) continue;
        if (stream.drain()) someSent = true;
      }
    }
  }
}

function windowTooLarge(): ConnectionError {
  return new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "a window above 2^31-1");
}
