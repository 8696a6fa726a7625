/** What a connection receives: each frame to whoever reads its type (RFC 9113, section 6). */
import type { CutReason } from "./cut-reasons.js";
import { ConnectionError, ErrorCode } from "./error-codes.js";
import { FrameParser } from "./frame-parser.js";
import { Flag, FrameType, MAX_31_BIT } from "./frame-types.js";
import type { Outbound } from "./outbound.js";
import {
  dependencyOf,
  PRIORITY_SIZE,
  RequestFrames,
  type RequestTarget,
  wrongSize,
} from "./request-frames.js";

/** What frames act on. */
export interface InboundTarget extends RequestTarget {
  readonly outbound: Outbound;
  /** Whether the connection has ended, so that nothing more is read. */
  readonly isEnded: boolean;
  /** Asks the peer to leave. */
  goAway(): void;
  /** The answer to a PING of ours. */
  onPingAck(payload: Buffer): void;
}

/** The receiving side of a connection. */
export class Inbound {
  readonly requests: RequestFrames;
  readonly #target: InboundTarget;
  readonly #parser: FrameParser;
  /** Frames so far. */
  frames = 0;

  constructor(target: InboundTarget) {
    this.#target = target;
    this.requests = new RequestFrames(target);
    this.#parser = new FrameParser((type, flags, id, bytes, start, end) => {
      this.#onFrame(type, flags, id, bytes, start, end);
      return !target.isEnded;
    });
  }

  /** Whether a frame or a header block has begun and not ended. */
  get isWithinFrame(): boolean {
    return this.#parser.isWithinFrame || this.requests.openBlock !== 0;
  }

  /** Reads what a socket has read. @throws ConnectionError for a fault that ends the connection */
  read(chunk: Buffer): void {
    this.#parser.push(chunk);
  }

  #onFrame(
    type: number,
    flags: number,
    id: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const { openBlock } = this.requests;
    if (openBlock !== 0 && (type !== FrameType.CONTINUATION || id !== openBlock)) {
      throw protocolError("a frame within a header block");
    }
    if (this.frames++ === 0 && (type !== FrameType.SETTINGS || flags & Flag.ACK)) {
      throw protocolError("no SETTINGS behind the preface");
    }
    switch (type) {
      case FrameType.DATA:
        if (id === 0) throw protocolError("DATA of stream 0");
        this.requests.onData(flags, id, bytes, start, end);
        break;
      case FrameType.HEADERS:
        this.requests.onHeaders(flags, id, bytes, start, end);
        break;
      case FrameType.CONTINUATION:
        this.requests.onContinuation(flags, bytes, start, end);
        break;
      case FrameType.WINDOW_UPDATE:
        if (end - start !== 4) throw wrongSize("WINDOW_UPDATE");
        this.#onWindowUpdate(id, bytes.readUInt32BE(start) & MAX_31_BIT);
        break;
      case FrameType.RST_STREAM:
        if (end - start !== 4) throw wrongSize("RST_STREAM");
        this.#onReset(id, bytes.readUInt32BE(start));
        break;
      case FrameType.PUSH_PROMISE:
        throw protocolError("PUSH_PROMISE from a client");
      default:
        this.#target.budgets.control(end - start);
        this.#onControl(type, flags, id, bytes, start, end);
    }
  }

  /** PING, SETTINGS, GOAWAY and PRIORITY; unknown types are ignored (section 5.5). */
  #onControl(
    type: number,
    flags: number,
    id: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const size = end - start;
    if (type === FrameType.PRIORITY) {
      this.#onPriority(id, size, size === PRIORITY_SIZE ? dependencyOf(bytes, start) : 0);
    } else if (type === FrameType.SETTINGS) {
      if (id !== 0) throw protocolError("SETTINGS of a stream");
      this.#onSettings((flags & Flag.ACK) !== 0, bytes, start, end);
    } else if (type === FrameType.PING) {
      if (id !== 0) throw protocolError("PING of a stream");
      if (size !== 8) throw wrongSize("PING");
      const payload = bytes.subarray(start, end);
      if (flags & Flag.ACK) this.#target.onPingAck(payload);
      else this.#target.outbound.ping(Flag.ACK, payload);
    } else if (type === FrameType.GOAWAY) {
      // We open no streams, so it asks nothing of us.
      if (id !== 0) throw protocolError("GOAWAY of a stream");
      if (size < 8) throw wrongSize("GOAWAY");
      // It is about to leave; should it ask on, the second GOAWAY tells it to stop.
      this.#target.goAway();
    }
  }

  #onSettings(isAck: boolean, bytes: Buffer, start: number, end: number): void {
    if (isAck ? start !== end : (end - start) % 6 !== 0) throw wrongSize("SETTINGS");
    const { budgets, outbound, streams } = this.#target;
    if (isAck) budgets.acknowledge();
    else outbound.takeSettings(bytes, start, end, streams.values());
  }

  /** Priorities are not used (section 5.3); their frames must be well-formed all the same. */
  #onPriority(id: number, size: number, dependency: number): void {
    if (id === 0) throw protocolError("PRIORITY of stream 0");
    if (size === PRIORITY_SIZE && dependency !== id) return;
    const code = size === PRIORITY_SIZE ? ErrorCode.PROTOCOL_ERROR : ErrorCode.FRAME_SIZE_ERROR;
    const stream = this.#target.streams.get(id);
    if (stream === undefined) throw new ConnectionError(code, "PRIORITY of a wrong form");
    stream.reset(code);
  }

  #onReset(id: number, code: number): void {
    const { ids, streams, budgets } = this.#target;
    if (ids.isIdle(id)) throw protocolError("RST_STREAM of a stream that is not open");
    const stream = streams.get(id);
    // A stream of ours may have ended while the reset was on its way.
    if (stream === undefined) budgets.control(4);
    // A peer that resets with NO_ERROR gives up all the same.
    else stream.close(code === ErrorCode.NO_ERROR ? ErrorCode.CANCEL : code);
  }

  #onWindowUpdate(id: number, increment: number): void {
    const { ids, streams, budgets, outbound } = this.#target;
    budgets.overhead(4);
    if (id === 0) {
      if (increment === 0) throw protocolError("WINDOW_UPDATE of 0");
      outbound.takeWindow(increment);
      return;
    }
    if (ids.isIdle(id)) throw protocolError("WINDOW_UPDATE of a stream that is not open");
    const stream = streams.get(id);
    if (stream === undefined) return;
    stream.sendWindow += increment;
    if (increment === 0) stream.reset(ErrorCode.PROTOCOL_ERROR);
    else if (stream.sendWindow > MAX_31_BIT) stream.reset(ErrorCode.FLOW_CONTROL_ERROR);
    else outbound.drain();
  }
}

function protocolError(reason: CutReason): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, reason);
}
