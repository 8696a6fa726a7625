/** secure-token-service/middleware: what protects services with tokens. */
export type { Claims } from "../operations.js";
export type { VerifierEvent, VerifierOptions } from "../verifier/options.js";
export type { CacheClock } from "../verifier/steady-clock.js";
export {
  type VerifierClient,
  type VerifierState,
  WatchedVerifier,
} from "../verifier/watched-verifier.js";
export type { ClaimsCacheOptions } from "./claims-cache.js";
export {
  type ConnectInterceptorOptions,
  createConnectInterceptor,
  forwardedToken,
  seeAllAuthorization,
  tokenClaims,
} from "./connect-interceptor.js";
export {
  createExpressMiddleware,
  type ExpressLikeRequest,
  type ExpressLikeResponse,
  type HttpMiddleware,
  type HttpMiddlewareOptions,
  type HttpResponse,
} from "./express.js";
export {
  createFastifyHook,
  type FastifyHook,
  type FastifyHookOptions,
  type FastifyLikeReply,
  type FastifyLikeRequest,
} from "./fastify.js";
export {
  type Admission,
  type AdmitOptions,
  createTokenGuard,
  NoRuleError,
  type TokenGuard,
  type TokenGuardOptions,
} from "./guard.js";
export type { HttpRequest } from "./http-headers.js";
export type { HttpPolicy } from "./http-policy.js";
export type { Refusal, RefusalReason } from "./refusals.js";
export { claimsOf, forwardedAuthorization } from "./request-claims.js";
export type { Requirement } from "./requirement.js";
export type { RpcPolicy } from "./rpc-policy.js";
