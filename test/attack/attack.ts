/** What an attack is, and the requests that attacks make. */
import { FLAG, frame, headerBlock, TYPE } from "./frames.js";
import type { HonestWork } from "./honest-client.js";
import type { RawConnection } from "./raw-connection.js";

/** One way to hurt a server. */
export interface Attack {
  /** As the table names it. */
  readonly name: string;
  /** How many connections attack at once. */
  readonly connections: number;
  /** What its connections speak where the server encrypts: what they agree on by ALPN. Default HTTP/2. */
  readonly protocol?: "h2" | "http/1.1";
  /** Whether its connections make no handshake where the server encrypts. Default false. */
  readonly beforeTls?: boolean;
  /** Which server it is for: the usual one, or one that may have 256 open files. Default the usual one. */
  readonly server?: "few files";
  /** Whether its connections keep within their bounds, so that none need be closed. Default false. */
  readonly staysOpen?: boolean;
  /** What the honest client beside it does. Default calls. */
  readonly honest?: HonestWork;
  /** Seconds after which the server closes its connections; a shorter attack does not see it. Default 0. */
  readonly endsAfter?: number;
  /** What one connection does, until the server closes it or the time is over. */
  run(connection: RawConnection): Promise<void>;
}

/** What came of an attack. */
export interface Tally {
  /** Frames, requests or pieces that were sent. */
  readonly sent: number;
  /** Connections that were opened, one after the other where the server closed them. */
  readonly opened: number;
  /** How many of them the server closed. */
  readonly closed: number;
  /** Milliseconds from opening a connection to its first such end. */
  readonly firstClosedMs: number | undefined;
}

/** A call that costs the server what a call costs, and is answered by anyone's server. */
export const CALL = "/securetoken.v1.TokenService/IntrospectToken";

/** What makes a request for a page of a call: with gRPC's content type it would be one of gRPC to a path that is none. */
export const PAGE = { ":method": "GET", "content-type": "text/plain" };

/** HEADERS of a call over HTTP/2, with its body still to come unless it `ends`. */
export function callHeaders(stream: number, ends = false, more: Record<string, string> = {}) {
  const headers = {
    ":method": "POST",
    ":scheme": "http",
    ":path": CALL,
    ":authority": "localhost",
    "content-type": "application/grpc",
    ...more,
  };
  const flags = FLAG.endHeaders | (ends ? FLAG.endStream : 0);
  return frame(TYPE.headers, flags, stream, headerBlock(headers));
}

/** As many of a frame as make a good write. */
export function repeated(one: Buffer, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => one));
}
