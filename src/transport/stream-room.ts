/** Bounds the open streams of all HTTP/2 connections, at the cost of the connection that has most of them. */
import { ErrorCode, type Http2Connection } from "../http2/index.js";

/** The open streams of a listener. */
export class StreamRoom {
  readonly #max: number;
  #open = 0;

  /** @param max open streams of all connections */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many are open. */
  get open(): number {
    return this.#open;
  }

  /** Counts a stream that has opened. */
  opened(): void {
    this.#open++;
  }

  /** Counts a stream that is over. */
  closed(): void {
    this.#open--;
  }

  /**
   * Whether a connection may open one more stream. At the bound, whoever has most streams loses its newest, so that
   * connections which hold many open keep nobody out; the one that has most is refused.
   */
  admits(connection: Http2Connection, all: Iterable<Http2Connection>): boolean {
    if (this.#open < this.#max) return true;
    let most = connection;
    for (const other of all) {
      if (other.openStreams > most.openStreams) most = other;
    }
    if (most.openStreams <= connection.openStreams + 1) return false;
    const newest = [...most.streams.values()].at(-1);
    // Of a request that has come whole, work may have been done: it is not to be sent again unseen.
    newest?.reset(newest.requestEnded ? ErrorCode.ENHANCE_YOUR_CALM : ErrorCode.REFUSED_STREAM);
    return true;
  }
}
