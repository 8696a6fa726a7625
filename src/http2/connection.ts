/** A connection: its streams, its end, and what its peer may ask for (RFC 9113). */
import type { Socket } from "node:net";
import type { ConnectionHost } from "./connection-host.js";
import { ConnectionError, ErrorCode } from "./error-codes.js";
import { FrameParser } from "./frame-parser.js";
import { MAX_31_BIT } from "./frame-types.js";
import { encodeHeaderBlock } from "./header-block.js";
import type { HeaderFields } from "./header-fields.js";
import { Inbound, type InboundTarget } from "./inbound.js";
import type { Http2Limits } from "./limits.js";
import { Outbound } from "./outbound.js";
import { type ConnectionCounts, PeerBudgets } from "./peer-budgets.js";
import { Http2Stream, type StreamOwner } from "./stream.js";
import { StreamIds } from "./stream-ids.js";

/** How long the other end may take to close a connection that we have ended, in milliseconds. */
const LINGER_MS = 1_000;
/** How long the second GOAWAY waits for the answer to our PING, in milliseconds. */
const GOAWAY_PING_MS = 1_000;
const GOAWAY_PING = Buffer.from("goodbye!", "latin1");
/** A client that asks for a tunnel is told that there is none (RFC 9110, section 15.6.2). */
const NOT_IMPLEMENTED = encodeHeaderBlock([[":status", "501"]]);

/** One HTTP/2 connection of a server. */
export class Http2Connection implements StreamOwner, InboundTarget {
  readonly socket: Socket;
  readonly limits: Http2Limits;
  readonly outbound: Outbound;
  readonly budgets: PeerBudgets;
  readonly ids = new StreamIds();
  readonly streams = new Map<number, Http2Stream<Http2Connection>>();
  /** Room for what the user of this package knows of the connection. */
  tag: unknown;
  readonly #host: ConnectionHost<Http2Connection>;
  readonly #parser: FrameParser;
  readonly #inbound: Inbound;
  /** 0: open; 1: the first GOAWAY was sent; 2: the second, which names the last stream. */
  #goAwayPhase: 0 | 1 | 2 = 0;
  #goAwayAt = 0;
  #idleSince: number;
  #ended = false;

  constructor(socket: Socket, host: ConnectionHost<Http2Connection>) {
    this.socket = socket;
    this.limits = host.limits;
    this.outbound = new Outbound(socket, host.limits);
    this.budgets = new PeerBudgets(host.limits, host.now);
    this.#host = host;
    this.#inbound = new Inbound(this);
    this.#parser = new FrameParser((type, flags, id, bytes, start, end) => {
      this.#inbound.frame(type, flags, id, bytes, start, end);
      return !this.#ended;
    });
    this.#idleSince = host.now();
    this.outbound.settings();
    socket.on("data", (chunk: Buffer) => this.read(chunk));
    socket.on("drain", () => this.#onDrain());
    socket.once("end", () => this.#onPeerEnd());
    socket.once("close", () => this.#onSocketClose());
  }

  /** How many streams are open. */
  get openStreams(): number {
    return this.streams.size;
  }

  /** What it has seen so far, for the log. */
  get counts(): Readonly<ConnectionCounts> {
    return this.budgets.counts;
  }

  /** Whether the peer was asked to leave. */
  get isLeaving(): boolean {
    return this.#goAwayPhase > 0 || this.#ended;
  }

  /** Reads what the socket has read. */
  read(chunk: Buffer): void {
    if (this.#ended) return;
    const { writer } = this.outbound;
    writer.isReading = true;
    try {
      this.#parser.push(chunk);
    } catch (error) {
      if (error instanceof ConnectionError) {
        this.destroy(error.code, error.message);
      } else {
        this.#host.onHandlerError(error);
        this.destroy(ErrorCode.INTERNAL_ERROR, "internal error");
      }
    }
    writer.isReading = false;
    writer.flush();
    // Whoever does not read is not read from; "drain" ends it.
    if (this.outbound.isFull) this.socket.pause();
  }

  /**
   * Asks the peer to leave (section 6.8): a first GOAWAY that refuses nothing, then, after a round trip
   * or a second, one that names the last stream that is served.
   */
  goAway(): void {
    if (this.#goAwayPhase > 0 || this.#ended) return;
    this.#goAwayPhase = 1;
    this.#goAwayAt = this.#host.now();
    this.outbound.goAway(MAX_31_BIT, ErrorCode.NO_ERROR, "");
    this.outbound.ping(0, GOAWAY_PING);
  }

  /**
   * Ends the connection and all its streams at once.
   *
   * @param reason for GOAWAY's debug data and for the log; holds nothing that the peer sent
   */
  destroy(code: number, reason: string): void {
    if (this.#ended) return;
    if (code !== ErrorCode.NO_ERROR) this.#host.onCut(this, reason);
    this.outbound.goAway(this.ids.last, code, reason);
    this.#end(code);
  }

  /** Looks at what only time can tell. For the server, every so often. */
  look(now: number): void {
    if (this.#ended) return;
    const { firstRequestTimeoutMs, idleTimeoutMs, leaveTimeoutMs } = this.limits;
    if (this.#goAwayPhase === 1 && now - this.#goAwayAt >= GOAWAY_PING_MS) this.#finishGoAway();
    if (this.#goAwayPhase === 2 && now - this.#goAwayAt >= leaveTimeoutMs) {
      this.destroy(ErrorCode.NO_ERROR, "the last streams took too long");
      return;
    }
    if (this.streams.size > 0) this.#idleSince = now;
    const patience = this.ids.last > 0 ? idleTimeoutMs : firstRequestTimeoutMs;
    if (now - this.#idleSince > patience) this.goAway();
  }

  openStream(id: number, fields: HeaderFields, length: number | undefined, ends: boolean): void {
    // A peer that was told the last stream is to ask elsewhere for the others.
    const isRefused =
      this.#goAwayPhase === 2 ||
      this.streams.size >= this.limits.maxConcurrentStreams ||
      this.outbound.isHoldingTooMuch ||
      !this.#host.mayOpenStream(this);
    if (isRefused) {
      this.refuseStream(id, ErrorCode.REFUSED_STREAM);
      return;
    }
    const stream = new Http2Stream<Http2Connection>(id, this, fields, length, {
      send: this.outbound.initialWindow,
      receive: this.limits.streamWindowBytes,
    });
    stream.requestEnded = ends;
    this.streams.set(id, stream);
    if (fields[":method"] === "CONNECT") stream.respond(NOT_IMPLEMENTED);
    else this.#host.onStream(stream);
    if (ends && !stream.closed) stream.endRequest(undefined);
  }

  refuseStream(id: number, code: number): void {
    this.resetStream(id, code);
    this.#spendReset();
  }

  resetStream(id: number, code: number): void {
    this.ids.noteReset(id);
    this.outbound.reset(id, code);
  }

  sendWindowUpdate(streamId: number, increment: number): void {
    this.outbound.windowUpdate(streamId, increment);
  }

  release(octets: number): void {
    this.#inbound.requests.release(octets);
  }

  forget(stream: Http2Stream, code: number | undefined): void {
    this.streams.delete(stream.id);
    this.outbound.forget(stream);
    this.#host.onStreamClosed(this);
    if (code === undefined || code === ErrorCode.NO_ERROR) this.budgets.answerStream();
    else this.#spendReset();
    if (this.#goAwayPhase === 2 && this.streams.size === 0) this.#end(ErrorCode.NO_ERROR);
  }

  onPingAck(payload: Buffer): void {
    if (this.#goAwayPhase === 1 && GOAWAY_PING.equals(payload)) this.#finishGoAway();
  }

  #spendReset(): void {
    if (this.#ended || this.budgets.resetStream()) return;
    this.destroy(ErrorCode.ENHANCE_YOUR_CALM, "too many streams reset");
  }

  #finishGoAway(): void {
    this.#goAwayPhase = 2;
    this.#goAwayAt = this.#host.now();
    this.outbound.goAway(this.ids.last, ErrorCode.NO_ERROR, "");
    if (this.streams.size === 0) this.#end(ErrorCode.NO_ERROR);
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closeStreams(code);
    const { socket } = this;
    this.outbound.writer.flush();
    // What still comes is read and dropped: unread bytes would turn the end into a reset.
    socket.resume();
    if (!socket.destroyed) socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }

  #onDrain(): void {
    this.socket.resume();
    if (!this.#ended) this.outbound.drain();
  }

  #onPeerEnd(): void {
    // A client that has ended its side can still read its answers; without any it has gone.
    if (this.streams.size === 0) this.#end(ErrorCode.NO_ERROR);
    else this.goAway();
  }

  #onSocketClose(): void {
    this.#ended = true;
    this.#closeStreams(ErrorCode.CANCEL);
    this.#host.onClosed(this);
  }

  #closeStreams(code: number): void {
    for (const stream of [...this.streams.values()]) stream.close(code);
  }
}
