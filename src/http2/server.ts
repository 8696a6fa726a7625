/** HTTP/2 over sockets that somebody else accepts: in the clear with prior knowledge, or after ALPN. */
import type { Socket } from "node:net";
import { Http2Connection } from "./connection.js";
import type { ConnectionHost } from "./connection-host.js";
import type { CutReason } from "./cut-reasons.js";
import { encodeHeaderBlock } from "./header-block.js";
import { DEFAULT_HTTP2_LIMITS, type Http2Limits, sharedLimits } from "./limits.js";
import type { Http2Stream } from "./stream.js";
import { Turn } from "./turn.js";
import { UnreadTotal } from "./unread-total.js";

/** A request and its answer, on a connection of ours. */
export type ServerStream = Http2Stream<Http2Connection>;

/** What a server serves, and how it is bounded. */
export interface Http2ServerOptions {
  /**
   * Called when a request's headers are complete. Sets `stream.handler`, or answers at once. What it or
   * the handler throws resets the stream with INTERNAL_ERROR.
   */
  readonly onStream: (stream: ServerStream) => void;
  /**
   * Called in its place when the headers are beyond the limit, with what came within it. Answers at once. Default: 431
   * (RFC 6585, section 5).
   */
  readonly onHeadersTooLarge?: (stream: ServerStream) => void;
  /** Bounds, where they differ from `DEFAULT_HTTP2_LIMITS`. */
  readonly limits?: Partial<Http2Limits>;
  /** Whether a connection carries the requests of many clients, as a proxy's; see `sharedLimits`. Default: none does. */
  readonly isShared?: (socket: Socket) => boolean;
  /**
   * What of answers waits, where other connections than these count as well: of HTTP/1.1, on the same clock. Default: a
   * total of their own, of `maxTotalUnreadBytes`.
   */
  readonly unread?: UnreadTotal;
  /** Whether there is room for one more stream, beyond the connection's own bound. Default: always. */
  readonly mayOpenStream?: (connection: Http2Connection) => boolean;
  /** Called for each stream of `onStream` when it is over, before its handler's `onClose`. */
  readonly onStreamClosed?: (connection: Http2Connection) => void;
  /** Called when a connection is cut for what its peer did. */
  readonly onCut?: (connection: Http2Connection, reason: CutReason) => void;
  /**
   * Called for each request that `onStream` does not see, with an error code: PROTOCOL_ERROR for a malformed one,
   * REFUSED_STREAM where there is no room for one more; and of those that are answered, ENHANCE_YOUR_CALM for headers
   * beyond the limit, NO_ERROR for CONNECT.
   */
  readonly onRefused?: (connection: Http2Connection, code: number) => void;
  /** Called with what a handler threw. */
  readonly onHandlerError?: (error: unknown) => void;
  /** A monotonic time in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/** Serves HTTP/2. It listens nowhere: sockets are given to it. */
export interface Http2Server {
  /** The open connections. */
  readonly connections: ReadonlySet<Http2Connection>;
  /**
   * Serves a socket from its first byte, the client's preface.
   *
   * @param firstBytes what was read from the socket already
   */
  serve(socket: Socket, firstBytes?: Buffer): Http2Connection;
  /** Asks all peers to leave; calls under way finish. See `Http2Connection.goAway`. */
  goAway(): void;
}

const HEADERS_TOO_LARGE = encodeHeaderBlock([[":status", "431"]]);

/** How often connections are looked at, in milliseconds. */
const SWEEP_MS = 250;

/** Makes a server. */
export function createHttp2Server(options: Http2ServerOptions): Http2Server {
  const connections = new Set<Http2Connection>();
  const { now = () => performance.now() } = options;
  const limits = { ...DEFAULT_HTTP2_LIMITS, ...options.limits };
  const unread = options.unread ?? new UnreadTotal(limits.maxTotalUnreadBytes);
  let sweep: NodeJS.Timeout | undefined;
  const look = () => {
    // What has been read is served first: its peers were not silent.
    host.turn.run();
    const time = now();
    for (const each of connections) each.look(time);
    unread.relieve(time);
  };
  const host: ConnectionHost<Http2Connection> = {
    limits,
    unread,
    turn: new Turn(),
    now,
    onStream: options.onStream,
    onHeadersTooLarge: options.onHeadersTooLarge ?? ((stream) => stream.respond(HEADERS_TOO_LARGE)),
    mayOpenStream: options.mayOpenStream ?? (() => true),
    onCut: options.onCut ?? ignore,
    onRefused: options.onRefused ?? ignore,
    onHandlerError: options.onHandlerError ?? ignore,
    onStreamClosed: options.onStreamClosed ?? ignore,
    onClosed(connection) {
      connections.delete(connection);
      if (connections.size > 0) return;
      clearInterval(sweep);
      sweep = undefined;
    },
  };
  const sharedHost = { ...host, limits: sharedLimits(limits) };
  const { isShared = () => false } = options;
  return {
    connections,
    serve(socket, firstBytes) {
      const connection = new Http2Connection(socket, isShared(socket) ? sharedHost : host);
      connections.add(connection);
      // Timers run before sockets are read: a process that the system has kept waiting would see peers fall silent.
      sweep ??= setInterval(() => setImmediate(look), SWEEP_MS);
      if (firstBytes !== undefined) host.turn.add(connection, firstBytes);
      return connection;
    },
    goAway() {
      for (const connection of connections) connection.goAway();
    },
  };
}

function ignore(): void {}
