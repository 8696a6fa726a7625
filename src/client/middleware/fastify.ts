/** A hook for Fastify 4 and 5. */
import type { TokenGuard } from "./guard.js";
import { authorizationOf, type HttpRequest, refusalHeaders } from "./http-headers.js";
import { setClaims } from "./request-claims.js";
import { type ParsedPolicy, type Policy, parsePolicy, type Requirement } from "./requirement.js";

/** What is needed of a request of Fastify. */
export interface FastifyLikeRequest {
  readonly raw: HttpRequest;
  readonly method: string;
  /** The route that was found; none where there is no such route. */
  readonly routeOptions: { readonly url?: string | undefined };
}

/** What is needed of a reply of Fastify. */
export interface FastifyLikeReply {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(): unknown;
}

/** An `onRequest` or `preHandler` hook. */
export type FastifyHook = (
  request: FastifyLikeRequest,
  reply: FastifyLikeReply,
) => Promise<FastifyLikeReply | undefined>;

/**
 * Lets requests pass whose token meets the requirement of their route, and keeps their claims for
 * `claimsOf(request)`:
 *
 *     app.addHook("onRequest", createFastifyHook(guard, { "GET /notes": ["notes:read"] }));
 *
 * As `onRequest`, it refuses before a body is read; a `preHandler` may be given too. A route that the
 * policy does not name is refused, and so is what is no route. HEAD is as GET where it has no entry.
 * @throws TypeError naming an entry of the policy that is no requirement.
 */
export function createFastifyHook(guard: TokenGuard, policy: Policy): FastifyHook {
  const requirements = parsePolicy(policy);
  return async (request, reply) => {
    const requirement = requirementOfRoute(requirements, request);
    const { claims, refusal } = await guard.admit(authorizationOf(request.raw), requirement);
    if (refusal) {
      reply.code(refusal.httpStatus);
      reply.headers(refusalHeaders(refusal.challenge));
      reply.send();
      // How an asynchronous hook says that the request is answered.
      return reply;
    }
    if (claims) setClaims(request, claims);
    return undefined;
  };
}

function requirementOfRoute(
  policy: ParsedPolicy,
  { method, routeOptions: { url } }: FastifyLikeRequest,
): Requirement | undefined {
  const own = policy.get(`${method} ${url}`);
  return own === undefined && method === "HEAD" ? policy.get(`GET ${url}`) : own;
}
