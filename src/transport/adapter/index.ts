export type { CalledMethod, CallHead } from "./call-head.js";
export type { DirectMethod, DirectStream, MessageSource } from "./direct-methods.js";
export { toConnectError } from "./errors.js";
export type { HttpExchange, HttpHandler, HttpResponse } from "./http-exchange.js";
export { addHeader, isGrpc, pathOf } from "./http-exchange.js";
export type {
  Authorize,
  Ended,
  Gate,
  NameRequest,
  UnaryAdapter,
  UnaryAdapterOptions,
} from "./options.js";
export { REQUEST_ID } from "./request-id.js";
export { createUnaryAdapter } from "./unary-adapter.js";
export type { ReadBody } from "./whole-body.js";
