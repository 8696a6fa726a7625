/** How a call ends without an answer: with its connection, or by a reset of its stream. */
import { Code, type ConnectError } from "@connectrpc/connect";
import { signsOf } from "./connection-fault.js";

/** What ended: the connection, or the stream of the one call. */
export type Loss = "connection" | "stream";

/**
 * What a connection that ends or never was gives: UNAVAILABLE, ABORTED for one that is reset, and
 * CANCELED, though the caller has cancelled nothing, for one whose server dies with the call under
 * way. No RPC of ours answers with the last two.
 */
const NOT_REACHED: ReadonlySet<Code> = new Set([Code.Unavailable, Code.Aborted, Code.Canceled]);

/** The second is how @grpc/grpc-js puts it. */
const REFUSED = /REFUSED_STREAM|Stream refused by server/;
/** A reset, which Connect calls INTERNAL and @grpc/grpc-js what its code stands for in gRPC. */
const RESET =
  /^ERR_HTTP2_STREAM_ERROR$|^http\/2 stream closed with error code|^Received RST_STREAM with code \d+ \(|^Received RST_STREAM with code \d+$|^Bandwidth exhausted or memory limit exceeded$|^Protocol not secure enough$/m;
/** Codes of Node for a connection that has ended or is of no use any more, and the text of @grpc/grpc-js. */
const ENDED =
  /^(?:ERR_HTTP2_(?:ERROR|FRAME_ERROR|GOAWAY_SESSION|INVALID_SESSION|INVALID_STREAM|OUT_OF_STREAMS|PING_CANCEL|SESSION_ERROR|STREAM_CANCEL|TOO_MANY_INVALID_FRAMES)|ERR_STREAM_(?:DESTROYED|PREMATURE_CLOSE)|ERR_SSL_\w+|HPE_\w+|EPIPE|ECONN\w+|EHOST\w+|ENET\w+)$|triggered by internal client error/m;

/** Whether the server said, by REFUSED_STREAM or by the GOAWAY before it, that it took no note of the call. */
export function wasRefused(error: ConnectError): boolean {
  return REFUSED.test(error.rawMessage);
}

/** What ended where HTTP, and no code of gRPC or Connect, tells that something has; undefined for an answer. */
export function lossByHttp(error: ConnectError): Loss | undefined {
  const signs = signsOf(error);
  if (ENDED.test(signs)) return "connection";
  return RESET.test(signs) || wasRefused(error) ? "stream" : undefined;
}

/** What ended, for a call that its caller has not cancelled; undefined for an answer. */
export function lossOf(error: ConnectError): Loss | undefined {
  return NOT_REACHED.has(error.code) ? "connection" : lossByHttp(error);
}
