/** A connection: its streams, its end, and what its peer may ask for (RFC 9113). */
import type { Socket } from "node:net";
import type { ConnectionHost } from "./connection-host.js";
import type { CutReason } from "./cut-reasons.js";
import { destroyBroken, endSocket } from "./end-socket.js";
import { ConnectionError, ErrorCode } from "./error-codes.js";
import { Goodbye } from "./goodbye.js";
import { Inbound, type InboundTarget } from "./inbound.js";
import type { Http2Limits } from "./limits.js";
import { Outbound } from "./outbound.js";
import { Patience } from "./patience.js";
import { type ConnectionCounts, PeerBudgets } from "./peer-budgets.js";
import type { OpeningRequest } from "./request-frames.js";
import type { Http2Stream } from "./stream.js";
import { StreamIds } from "./stream-ids.js";
import { type OpeningConnection, StreamOpening } from "./stream-opening.js";

/** One HTTP/2 connection of a server. */
export class Http2Connection implements OpeningConnection, InboundTarget {
  readonly socket: Socket;
  readonly limits: Http2Limits;
  readonly outbound: Outbound;
  readonly budgets: PeerBudgets;
  readonly ids = new StreamIds();
  /** The open streams, by their ids. */
  readonly streams: ReadonlyMap<number, Http2Stream<Http2Connection>>;
  /** Room for what the user of this package knows of the connection. */
  tag: unknown;
  readonly #host: ConnectionHost<Http2Connection>;
  readonly #inbound: Inbound;
  readonly #opening: StreamOpening<Http2Connection>;
  readonly #goodbye: Goodbye;
  readonly #patience: Patience;
  #ended = false;

  constructor(socket: Socket, host: ConnectionHost<Http2Connection>) {
    this.socket = socket;
    this.limits = host.limits;
    this.budgets = new PeerBudgets(host.limits, host.now);
    this.outbound = new Outbound(socket, host, this.budgets, () => this.#cutForRoom());
    this.#goodbye = new Goodbye(this.outbound);
    this.#host = host;
    this.#opening = new StreamOpening(this, host, this.#goodbye);
    this.streams = this.#opening.streams;
    this.#inbound = new Inbound(this);
    this.#patience = new Patience(host.limits, host.now());
    this.outbound.settings();
    socket.on("error", destroyBroken);
    socket.on("data", (chunk: Buffer) => host.turn.add(this, chunk));
    socket.on("drain", () => this.#onDrain());
    socket.on("end", () => this.#onPeerEnd());
    socket.on("close", () => this.#onSocketClose());
  }

  /** How many streams are open. */
  get openStreams(): number {
    return this.streams.size;
  }

  /** What it has seen so far, for the log. */
  get counts(): Readonly<ConnectionCounts> {
    return this.budgets.counts;
  }

  /** Whether the connection has ended; its socket may still be closing. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /** Whether the peer was asked to leave. */
  get isLeaving(): boolean {
    return this.#goodbye.hasBegun || this.#ended;
  }

  /** Works on what the socket has read. `finishRead` must follow. */
  read(chunk: Buffer): void {
    if (this.#ended) return;
    const { writer } = this.outbound;
    writer.isReading = true;
    try {
      this.#inbound.read(chunk);
    } catch (error) {
      if (error instanceof ConnectionError) {
        this.destroy(error.code, error.reason);
      } else {
        this.#host.onHandlerError(error);
        this.destroy(ErrorCode.INTERNAL_ERROR, "internal error");
      }
    }
    writer.isReading = false;
    // The bound of all connections together must hold for the next one.
    this.outbound.backlog.count();
    const { unread, now } = this.#host;
    if (unread.isFarBeyond) unread.relieve(now());
  }

  /** Sends what the frames that were read have led to. */
  finishRead(): void {
    this.outbound.writer.flush();
    this.outbound.backlog.count();
    // Whoever does not read is not read from; "drain" ends it.
    if (this.outbound.backlog.isFull) this.socket.pause();
  }

  /** Asks the peer to leave, as `Goodbye` says; open streams finish. */
  goAway(): void {
    if (!this.isLeaving) this.#goodbye.begin(this.#host.now());
  }

  /**
   * Ends the connection and all its streams at once for what its peer did.
   *
   * @param reason for GOAWAY's debug data, and for `onCut`
   */
  destroy(code: number, reason: CutReason): void {
    if (this.#ended) return;
    this.#host.onCut(this, reason);
    this.#endWith(code, reason);
  }

  /** Looks at what only time can tell. For the server, every so often. */
  look(now: number): void {
    if (this.#ended) return;
    if (this.#goodbye.isDue(now)) this.#finishGoAway(now);
    if (this.#goodbye.isOver(now, this.limits.leaveTimeoutMs)) {
      this.#endWith(ErrorCode.NO_ERROR, "the last streams took too long");
      return;
    }
    this.outbound.backlog.look(now);
    const lost = this.#patience.lost(now, this, this.#inbound);
    if (lost === "idle") this.goAway();
    else if (lost !== undefined) this.destroy(ErrorCode.ENHANCE_YOUR_CALM, lost);
  }

  openStream(id: number, request: OpeningRequest): void {
    this.#opening.open(id, request);
  }

  refuseStream(id: number, code: number): void {
    this.#opening.refuse(id, code);
  }

  resetStream(id: number, code: number, window: number): void {
    this.#opening.reset(id, code, window);
  }

  handlerFailed(error: unknown): void {
    this.#host.onHandlerError(error);
  }

  sendWindowUpdate(streamId: number, increment: number): void {
    if (!this.#ended) this.outbound.windowUpdate(streamId, increment);
  }

  release(octets: number): void {
    this.#inbound.requests.release(octets);
  }

  forget(stream: Http2Stream, code: number | undefined): void {
    this.#opening.streams.delete(stream.id);
    this.outbound.forget(stream);
    this.#host.onStreamClosed(this);
    if (code === undefined || code === ErrorCode.NO_ERROR) this.budgets.answerStream();
    else this.#opening.spendReset();
    if (this.#goodbye.isFinal && this.streams.size === 0) this.#end(ErrorCode.NO_ERROR);
  }

  onPingAck(payload: Buffer): void {
    this.#goodbye.onPingAck(payload, this.#host.now());
  }

  /** Cuts the connection, and gives back at once what waits on it. */
  #cutForRoom(): void {
    this.destroy(ErrorCode.ENHANCE_YOUR_CALM, "answers read too slowly while there is no room");
    this.outbound.backlog.close();
    this.socket.destroy();
  }

  #finishGoAway(now: number): void {
    this.#goodbye.finish(this.ids.last, now);
    if (this.streams.size === 0) this.#end(ErrorCode.NO_ERROR);
  }

  /** Ends the connection and says why. */
  #endWith(code: number, reason: string): void {
    if (this.#ended) return;
    this.outbound.goAway(this.ids.last, code, reason);
    this.#end(code);
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const stream of this.streams.values()) stream.close(code);
    this.outbound.writer.flush();
    endSocket(this.socket);
  }

  #onDrain(): void {
    this.socket.resume();
    if (this.#ended) return;
    this.outbound.drain();
    this.outbound.backlog.count();
  }

  #onPeerEnd(): void {
    this.#host.turn.run();
    // A client that has ended its side can still read its answers; without any it has gone.
    if (this.streams.size === 0) this.#end(ErrorCode.NO_ERROR);
    else this.goAway();
  }

  #onSocketClose(): void {
    this.#ended = true;
    for (const stream of this.streams.values()) stream.close(ErrorCode.CANCEL);
    this.outbound.backlog.close();
    this.#host.onClosed(this);
  }
}
