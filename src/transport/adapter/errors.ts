import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorCode } from "../../http2/index.js";

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
  [ErrorCode.PROTOCOL_ERROR]: Code.Internal,
  [ErrorCode.INTERNAL_ERROR]: Code.Internal,
  [ErrorCode.FLOW_CONTROL_ERROR]: Code.Internal,
  [ErrorCode.SETTINGS_TIMEOUT]: Code.Internal,
  [ErrorCode.FRAME_SIZE_ERROR]: Code.Internal,
  [ErrorCode.COMPRESSION_ERROR]: Code.Internal,
  [ErrorCode.CONNECT_ERROR]: Code.Internal,
  [ErrorCode.REFUSED_STREAM]: Code.Unavailable,
  [ErrorCode.CANCEL]: Code.Canceled,
  [ErrorCode.ENHANCE_YOUR_CALM]: Code.ResourceExhausted,
  [ErrorCode.INADEQUATE_SECURITY]: Code.PermissionDenied,
  [ErrorCode.HTTP_1_1_REQUIRED]: Code.PermissionDenied,
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
