import { constants } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";

/**
 * The error to answer for anything a handler, an interceptor or a hook throws: a `ConnectError` as it is, anything else
 * as `internal error`, so that no text the author did not mean for clients reaches one.
 */
export function toConnectError(reason: unknown): ConnectError {
  return reason instanceof ConnectError ? reason : internalError(reason);
}

/** `internal error`, code `internal`; the cause stays on this side of the wire. */
export function internalError(cause: unknown): ConnectError {
  return new ConnectError("internal error", Code.Internal, undefined, undefined, cause);
}

/** Codes of RST_STREAM that say something about the call, from gRPC's mapping of HTTP/2 errors. */
const resetCodes: Readonly<Record<number, Code>> = {
  [constants.NGHTTP2_PROTOCOL_ERROR]: Code.Internal,
  [constants.NGHTTP2_INTERNAL_ERROR]: Code.Internal,
  [constants.NGHTTP2_FLOW_CONTROL_ERROR]: Code.Internal,
  [constants.NGHTTP2_SETTINGS_TIMEOUT]: Code.Internal,
  [constants.NGHTTP2_FRAME_SIZE_ERROR]: Code.Internal,
  [constants.NGHTTP2_COMPRESSION_ERROR]: Code.Internal,
  [constants.NGHTTP2_CONNECT_ERROR]: Code.Internal,
  [constants.NGHTTP2_REFUSED_STREAM]: Code.Unavailable,
  [constants.NGHTTP2_CANCEL]: Code.Canceled,
  [constants.NGHTTP2_ENHANCE_YOUR_CALM]: Code.ResourceExhausted,
  [constants.NGHTTP2_INADEQUATE_SECURITY]: Code.PermissionDenied,
  [constants.NGHTTP2_HTTP_1_1_REQUIRED]: Code.PermissionDenied,
};

/**
 * Why a call's signal is aborted when its HTTP/2 stream closes early.
 *
 * @param rstCode the stream's error code
 * @returns `undefined` where the code says nothing about the call
 */
export function resetReason(rstCode: number): ConnectError | undefined {
  const code = resetCodes[rstCode];
  return code === undefined
    ? undefined
    : new ConnectError(`http/2 stream closed with error code 0x${rstCode.toString(16)}`, code);
}

/** Listener for `error` events whose news arrives by `close`; without one, Node would end the process. */
export function ignoreError(): void {}
