/** A hook for Fastify 4 and 5. */
import { isDeepStrictEqual } from "node:util";
import { refuseUnknownOptions } from "../../values/known-options.js";
import { requireGuard, type TokenGuard } from "./guard.js";
import { authorizationOf, type HttpRequest } from "./http-headers.js";
import { type HttpPolicy, parseHttpPolicy } from "./http-policy.js";
import { answerRefusal, refusalBody, refusalHeaders } from "./http-refusal.js";
import { isPlainPath, pathOf } from "./plain-path.js";
import type { Refusal } from "./refusals.js";
import { setAdmission } from "./request-claims.js";
import type { Requirement } from "./requirement.js";

/** What is needed of a request of Fastify. */
export interface FastifyLikeRequest {
  readonly raw: HttpRequest;
  readonly method: string;
  /** The request target, as it arrived. */
  readonly originalUrl: string;
  /** The route that was found; none where there is no such route. */
  readonly routeOptions: { readonly url?: string | undefined };
}

/** What is needed of a reply of Fastify. */
export interface FastifyLikeReply {
  readonly sent: boolean;
  code(status: number): this;
  headers(headers: Record<string, string>): this;
  send(body?: unknown): unknown;
}

/** An `onRequest` or `preHandler` hook. */
export type FastifyHook<
  Request extends FastifyLikeRequest = FastifyLikeRequest,
  Reply extends FastifyLikeReply = FastifyLikeReply,
> = (request: Request, reply: Reply) => Promise<Reply | undefined>;

/** What a hook does in the program's own way. */
export interface FastifyHookOptions<
  Request extends FastifyLikeRequest = FastifyLikeRequest,
  Reply extends FastifyLikeReply = FastifyLikeReply,
> {
  /** Finds the token elsewhere than in `authorization`, such as in a cookie. Default: the header. */
  readonly tokenFrom?: ((request: Request) => string | undefined) | undefined;
  /** Writes the answer to a refused request. Where it throws, the fixed answer is sent. Default: that. */
  readonly onRefusal?: ((refusal: Refusal, request: Request, reply: Reply) => unknown) | undefined;
}

/**
 * Lets requests pass that meet the requirement of their route, and keeps their claims for
 * `claimsOf(request)`:
 *
 *     app.addHook("onRequest", createFastifyHook(guard, { "GET /notes/:id": ["notes:read"] }));
 *
 * As `onRequest`, it refuses before a body is read; a `preHandler` may be given too. Rules name routes as
 * Fastify spells them, its prefixes included; a rule with `/*` names every route below. What no rule
 * names, what is no route, and a path that servers read in different ways is denied. A function decides
 * for each request instead; what it throws is Fastify's to answer.
 * @throws TypeError naming the rule or the option that is wrong.
 */
export function createFastifyHook<
  Request extends FastifyLikeRequest = FastifyLikeRequest,
  Reply extends FastifyLikeReply = FastifyLikeReply,
>(
  guard: TokenGuard,
  rule: HttpPolicy | ((request: Request) => Requirement | undefined),
  options: FastifyHookOptions<Request, Reply> = {},
): FastifyHook<Request, Reply> {
  requireGuard("createFastifyHook", guard);
  refuseUnknownOptions("createFastifyHook", options, ["tokenFrom", "onRefusal"]);
  const { tokenFrom, onRefusal } = options;
  const requirementOf = typeof rule === "function" ? rule : byRoute(rule);
  return async (request, reply) => {
    const requirement = requirementOf(request);
    const about = { request: `${request.method} ${pathOf(request.originalUrl)}` };
    const admission = tokenFrom
      ? await guard.admitToken(tokenFrom(request), requirement, about)
      : await guard.admit(authorizationOf(request.raw), requirement, about);
    const { refusal } = admission;
    if (!refusal) {
      setAdmission(request, admission);
      return undefined;
    }
    await answerRefusal(
      guard,
      onRefusal && (() => onRefusal(refusal, request, reply)),
      () => reply.sent,
      () => {
        reply.code(refusal.httpStatus);
        reply.headers(refusalHeaders(refusal));
        reply.send(refusalBody(refusal, request.method));
      },
    );
    // How an asynchronous hook says that the request is answered.
    return reply;
  };
}

function byRoute(policy: HttpPolicy): (request: FastifyLikeRequest) => Requirement | undefined {
  const rules = parseHttpPolicy(policy);
  return ({ method, originalUrl, routeOptions: { url } }) => {
    const path = pathOf(originalUrl);
    if (url === undefined || !isPlainPath(path)) return undefined;
    const requirement = rules.requirementOf(method, url);
    // A route of many paths may be asked for one that another rule names in another spelling.
    const other = rules.otherReadingOf(method, path);
    return other === undefined || isDeepStrictEqual(other, requirement) ? requirement : undefined;
  };
}
