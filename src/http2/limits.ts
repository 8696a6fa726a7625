/** Bounds on what a peer may ask for. All of them are checked where the frame is read. */

/** What a peer may spend on frames that carry no call. */
export interface Allowance {
  /** What a new connection may spend at once, and the most that it can save. */
  readonly burst: number;
  readonly perSecond: number;
  /** What each stream adds when it opens, so that a busy peer may send more. */
  readonly perStream: number;
  /** What each DATA frame that we send adds; no more than its octets, so that windows of one octet earn little. */
  readonly perAnswerFrame: number;
}

/** Bounds on a connection. */
export interface Http2Limits {
  /** A header list in octets, as RFC 9113, section 6.5.2, counts them. Beyond: the request is answered with 431. */
  readonly maxHeaderListBytes: number;
  /** A header block as it is sent, over all its frames, in octets. Beyond: the connection ends. */
  readonly maxHeaderBlockBytes: number;
  /** CONTINUATION frames of one header block. Beyond: the connection ends. */
  readonly maxContinuations: number;
  /** Open streams of a connection. Beyond: REFUSED_STREAM. */
  readonly maxConcurrentStreams: number;
  /** Octets of a request that are in flight before they are consumed, for each stream. */
  readonly streamWindowBytes: number;
  /** The same for all streams of a connection; at least 65,535. */
  readonly connectionWindowBytes: number;
  /** Octets of answers that wait in the socket. Beyond: the connection is not read from. */
  readonly maxUnreadBytes: number;
  /** Octets of answers that wait for windows or for the socket. Beyond: REFUSED_STREAM. One answer may exceed it. */
  readonly maxWaitingBytes: number;
  /**
   * Both over all connections. Beyond, those are cut that would take longer than 5 s for what waits, the slowest first;
   * at twice as much all, however fast they are, first who holds most, for longest.
   */
  readonly maxTotalUnreadBytes: number;
  /** What a peer must take of what waits in the socket, on the whole, in octets per second. */
  readonly minReadBytesPerSecond: number;
  /** How far a peer may fall behind that, in milliseconds. Beyond: cut. */
  readonly unreadTimeoutMs: number;
  /** PING, SETTINGS, PRIORITY, GOAWAY, unknown and empty frames; in frames. */
  readonly control: Allowance;
  /** Streams that end by a reset of either side with an error; in streams. */
  readonly resets: Allowance;
  /** Streams that are refused: others fill the server, the peer cannot know the bound yet, or headers are too large. */
  readonly refusals: Allowance;
  /** Octets of WINDOW_UPDATE and of all that `control` counts. */
  readonly overhead: Allowance;
  /** How long a peer may take for the preface and its SETTINGS, in milliseconds. */
  readonly prefaceTimeoutMs: number;
  /** How long a peer may take for the rest of a frame or of a header block, in milliseconds. Beyond: cut. */
  readonly frameTimeoutMs: number;
  /** How long a connection without streams is kept, in milliseconds, whether it had any or not. */
  readonly idleTimeoutMs: number;
  /** How long a connection that was sent GOAWAY may take for its last streams, in milliseconds. */
  readonly leaveTimeoutMs: number;
}

/** As how many clients a connection counts that carries the requests of many. */
const CLIENTS_OF_SHARED = 50;

/**
 * The bounds on a connection that carries the requests of many clients, as a proxy's does: what one of them cancels, or
 * sends in vain, must not cut the calls of the others.
 */
export function sharedLimits(limits: Http2Limits): Http2Limits {
  return { ...limits, resets: shared(limits.resets), refusals: shared(limits.refusals) };
}

function shared(allowance: Allowance): Allowance {
  return {
    ...allowance,
    burst: CLIENTS_OF_SHARED * allowance.burst,
    perSecond: CLIENTS_OF_SHARED * allowance.perSecond,
  };
}

/** What a server runs with unless it is told otherwise. */
export const DEFAULT_HTTP2_LIMITS: Http2Limits = {
  maxHeaderListBytes: 16 * 1024,
  maxHeaderBlockBytes: 32 * 1024,
  maxContinuations: 8,
  maxConcurrentStreams: 100,
  streamWindowBytes: 128 * 1024,
  connectionWindowBytes: 1024 * 1024,
  maxUnreadBytes: 256 * 1024,
  maxWaitingBytes: 8 * 1024 * 1024,
  maxTotalUnreadBytes: 64 * 1024 * 1024,
  minReadBytesPerSecond: 8 * 1024,
  unreadTimeoutMs: 60_000,
  // Some clients measure the line with a PING for each frame that they get.
  control: { burst: 500, perSecond: 20, perStream: 4, perAnswerFrame: 1 },
  resets: { burst: 400, perSecond: 30, perStream: 0.1, perAnswerFrame: 0 },
  refusals: { burst: 10_000, perSecond: 1_000, perStream: 0, perAnswerFrame: 0 },
  overhead: { burst: 256 * 1024, perSecond: 64 * 1024, perStream: 4 * 1024, perAnswerFrame: 64 },
  prefaceTimeoutMs: 10_000,
  frameTimeoutMs: 10_000,
  idleTimeoutMs: 300_000,
  leaveTimeoutMs: 60_000,
};
