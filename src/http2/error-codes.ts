/** Error codes of RST_STREAM and GOAWAY (RFC 9113, section 7), and the errors that carry them. */
import type { CutReason } from "./cut-reasons.js";

/** Why a stream or a connection ends. */
export const ErrorCode = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

/** A fault of the peer that ends the connection (RFC 9113, section 5.4.1). */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** One of `ErrorCode`. */
  readonly code: number;
  /** What the peer did. */
  readonly reason: CutReason;

  /**
   * @param code one of `ErrorCode`
   * @param reason what the peer did, for GOAWAY's debug data and for the log
   */
  constructor(code: number, reason: CutReason) {
    super(reason);
    this.code = code;
    this.reason = reason;
  }
}
