export { toConnectError } from "./errors.js";
export type { HttpExchange, HttpHandler, HttpResponse } from "./http-exchange.js";
export { addHeader, isGrpc, pathOf } from "./http-exchange.js";
export type {
  Authorize,
  CalledMethod,
  CallHead,
  DirectMethod,
  DirectStream,
  Ended,
  Gate,
  MessageSource,
  NameRequest,
  UnaryAdapter,
  UnaryAdapterOptions,
} from "./options.js";
export { REQUEST_ID } from "./request-id.js";
export { createUnaryAdapter } from "./unary-adapter.js";
export type { ReadBody } from "./whole-body.js";
