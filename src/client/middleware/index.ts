/** secure-token-service/middleware: what protects services with tokens. */
export type { Claims } from "../operations.js";
export type { CacheClock, ClaimsCacheOptions } from "./claims-cache.js";
export {
  createConnectInterceptor,
  seeAllAuthorization,
  tokenClaims,
} from "./connect-interceptor.js";
export { createExpressMiddleware, type HttpMiddleware, type HttpResponse } from "./express.js";
export {
  createFastifyHook,
  type FastifyHook,
  type FastifyLikeReply,
  type FastifyLikeRequest,
} from "./fastify.js";
export {
  type Admission,
  createTokenGuard,
  type TokenGuard,
  type TokenGuardOptions,
} from "./guard.js";
export type { HttpRequest } from "./http-headers.js";
export type { Refusal } from "./refusals.js";
export { claimsOf } from "./request-claims.js";
export type { Policy, Requirement } from "./requirement.js";
