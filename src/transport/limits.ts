/** Bounds on what a connection may ask for. */
import type { ServerOptions as Http1Options } from "node:http";
import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from "../http2/index.js";

/** Bounds on connections, for both protocols. */
export interface ConnectionLimits {
  /** The largest header list, in bytes. */
  readonly maxHeaderBytes: number;
  /** Concurrent streams of an HTTP/2 connection. */
  readonly maxConcurrentStreams: number;
  /** Open streams of all HTTP/2 connections; beyond it the connection that has most loses its newest. */
  readonly maxStreams: number;
  /** Open connections; of one address at most three quarters of them. */
  readonly maxConnections: number;
  /** Requests of an HTTP/1.1 connection that wait for their answers to be taken. */
  readonly maxPipelined: number;
  /** Octets of answers that wait on all connections; beyond, who reads too slowly is cut. At most twice as many wait. */
  readonly maxTotalUnreadBytes: number;
  /** How long a new connection that has said something may take to tell its protocol, in milliseconds. */
  readonly detectionTimeoutMs: number;
  /** How long an HTTP/1.1 client may take for its headers, in milliseconds. */
  readonly headersTimeoutMs: number;
  /** How long an HTTP/1.1 client may take for a whole request, in milliseconds. */
  readonly requestTimeoutMs: number;
  /**
   * How long an HTTP/1.1 connection without a request is kept, in milliseconds, whether or not it ever had one: clients
   * keep spare ones, and a call that is sent while its connection is closed is lost.
   */
  readonly keepAliveTimeoutMs: number;
  /** How long a client that agreed on HTTP/2 may take for its preface and SETTINGS, in milliseconds. */
  readonly prefaceTimeoutMs: number;
  /** How long an HTTP/2 connection without streams is kept, in milliseconds, whether or not it ever had one. */
  readonly idleSessionTimeoutMs: number;
  /** How long an HTTP/2 connection that was told to leave may take for its last streams, in milliseconds. */
  readonly leaveTimeoutMs: number;
  /**
   * How long a connection may live, in milliseconds, give or take a tenth; Infinity: for ever. An
   * HTTP/2 connection is then told to leave, an HTTP/1.1 connection ends with its next answer.
   */
  readonly maxConnectionAgeMs: number;
}

/** What the service runs with. */
export const DEFAULT_LIMITS: ConnectionLimits = {
  maxHeaderBytes: 16 * 1024,
  maxConcurrentStreams: 100,
  maxStreams: 14_000,
  maxConnections: 5_000,
  maxPipelined: 64,
  maxTotalUnreadBytes: DEFAULT_HTTP2_LIMITS.maxTotalUnreadBytes,
  detectionTimeoutMs: 5_000,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  prefaceTimeoutMs: 10_000,
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
    // `Http1Connections` refuses a request without one: what Node refuses by itself, nobody is told of.
    requireHostHeader: false,
  };
}

/** The limits as those of an HTTP/2 server; what is not named here has its default. */
export function http2Limits(limits: ConnectionLimits): Http2Limits {
  return {
    ...DEFAULT_HTTP2_LIMITS,
    maxHeaderListBytes: limits.maxHeaderBytes,
    maxConcurrentStreams: limits.maxConcurrentStreams,
    maxTotalUnreadBytes: limits.maxTotalUnreadBytes,
    prefaceTimeoutMs: limits.prefaceTimeoutMs,
    idleTimeoutMs: limits.idleSessionTimeoutMs,
    leaveTimeoutMs: limits.leaveTimeoutMs,
  };
}
