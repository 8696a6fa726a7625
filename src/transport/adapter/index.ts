export type {
  Authorize,
  CallHead,
  NodeHandler,
  NodeRequest,
  NodeResponse,
  UnaryAdapter,
  UnaryAdapterOptions,
} from "./options.js";
export { createUnaryAdapter } from "./unary-adapter.js";
