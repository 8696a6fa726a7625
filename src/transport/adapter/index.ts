export type {
  Authorize,
  CallHead,
  DirectMethod,
  Ended,
  NodeHandler,
  NodeRequest,
  NodeResponse,
  UnaryAdapter,
  UnaryAdapterOptions,
} from "./options.js";
export { createUnaryAdapter } from "./unary-adapter.js";
