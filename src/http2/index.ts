/** HTTP/2 for servers (RFC 9113, RFC 7541), on sockets of node:net and node:tls. */

export { Budget } from "./budget.js";
export { Http2Connection } from "./connection.js";
export { CUT_REASONS, type CutReason } from "./cut-reasons.js";
export { destroyBroken, endSocket } from "./end-socket.js";
export { ErrorCode } from "./error-codes.js";
export {
  encodeFieldName,
  encodeHeaderBlock,
  HeaderBlock,
  type OutgoingField,
} from "./header-block.js";
export type { HeaderFields } from "./header-fields.js";
export { type Allowance, DEFAULT_HTTP2_LIMITS, type Http2Limits } from "./limits.js";
export type { ConnectionCounts } from "./peer-budgets.js";
export {
  createHttp2Server,
  type Http2Server,
  type Http2ServerOptions,
  type ServerStream,
} from "./server.js";
export { Http2Stream } from "./stream.js";
export type { StreamHandler } from "./stream-handler.js";
export { type UnreadAnswers, UnreadTotal } from "./unread-total.js";
export { Uptake } from "./uptake.js";
