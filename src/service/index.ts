/** TokenService over the core: what a server mounts. */
export { type Answer, throughMessage } from "./answers.js";
export { bearerOf, trimBlanks } from "./bearer.js";
export {
  type Call,
  type Caller,
  callerError,
  callKey,
  type GrantRefusal,
} from "./call.js";
export { ERROR_DETAIL_FILES, ERROR_DOMAIN, toConnectError } from "./error-details.js";
export { refuseInexactJson } from "./exact-json.js";
export {
  createGatewayOperations,
  type GatewayOperations,
  type Required,
} from "./gateway-operations.js";
export { ProtoWriter } from "./proto-writer.js";
export { iterate, type Pulled } from "./pulled.js";
export { refuseTooMany } from "./request-counts.js";
export {
  type DirectFeed,
  type DirectRpc,
  directFeeds,
  directRpcs,
  MAX_BATCH_REQUEST_BYTES,
  MAX_REQUEST_BYTES,
  tokenRoutes,
} from "./routes.js";
export { askForRetry, noRoom, shuttingDown } from "./try-later.js";
