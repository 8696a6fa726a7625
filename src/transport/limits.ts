/** Bounds on what a connection may ask for. */
import type { ServerOptions as Http1Options } from "node:http";
import type { ServerOptions as Http2Options } from "node:http2";

/** Bounds on connections, for both protocols. */
export interface ConnectionLimits {
  /** The largest header list, in bytes. */
  readonly maxHeaderBytes: number;
  /** Concurrent streams of an HTTP/2 connection. */
  readonly maxConcurrentStreams: number;
  /** What one stream may send, headers and body, in bytes; more is no part of any call. */
  readonly maxStreamBytes: number;
  /** Open connections. */
  readonly maxConnections: number;
  /** How long a new connection may stay silent, in milliseconds. */
  readonly detectionTimeoutMs: number;
  /** How long an HTTP/1.1 client may take for its headers, in milliseconds. */
  readonly headersTimeoutMs: number;
  /** How long an HTTP/1.1 client may take for a whole request, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How long an idle HTTP/1.1 connection is kept, in milliseconds. */
  readonly keepAliveTimeoutMs: number;
  /** How long an HTTP/2 client may take for its first request, in milliseconds. */
  readonly firstRequestTimeoutMs: number;
  /** How long an HTTP/2 session without streams is kept, in milliseconds. */
  readonly idleSessionTimeoutMs: number;
  /** How long an HTTP/2 session that was told to leave may take for its last streams, in milliseconds. */
  readonly leaveTimeoutMs: number;
  /**
   * How long a connection may live, in milliseconds, give or take a tenth; Infinity: for ever. An
   * HTTP/2 session is then told to leave, an HTTP/1.1 connection ends with its next answer.
   */
  readonly maxConnectionAgeMs: number;
}

/** What the service runs with. */
export const DEFAULT_LIMITS: ConnectionLimits = {
  maxHeaderBytes: 16 * 1024,
  maxConcurrentStreams: 100,
  maxStreamBytes: 1024 * 1024 + 64 * 1024,
  maxConnections: 5_000,
  detectionTimeoutMs: 5_000,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  firstRequestTimeoutMs: 10_000,
  idleSessionTimeoutMs: 300_000,
  leaveTimeoutMs: 60_000,
  maxConnectionAgeMs: Number.POSITIVE_INFINITY,
};

/** The limits as options of an HTTP/1.1 server. */
export function http1Options(limits: ConnectionLimits): Http1Options {
  return {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: 1_000,
  };
}

/** The limits as options of an HTTP/2 server. */
export function http2Options(limits: ConnectionLimits): Http2Options {
  return {
    settings: {
      maxConcurrentStreams: limits.maxConcurrentStreams,
      maxHeaderListSize: limits.maxHeaderBytes,
      enablePush: false,
    },
    maxSendHeaderBlockLength: 64 * 1024,
    // Each PING and SETTINGS of ours must be answered before more are sent. Floods of theirs are
    // the session guard's.
    maxOutstandingPings: 10,
    maxOutstandingSettings: 10,
  } as Http2Options;
}
