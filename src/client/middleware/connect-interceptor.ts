/** An interceptor for servers on Connect: every protocol, unary calls and streams. */
import {
  ConnectError,
  type ContextValues,
  createContextKey,
  createContextValues,
  type Interceptor,
} from "@connectrpc/connect";
import type { Claims } from "../operations.js";
import type { TokenGuard } from "./guard.js";
import { authorizationOf, type HttpRequest } from "./http-headers.js";
import { type Policy, parsePolicy, requirementOfRpc } from "./requirement.js";

/** The claims of the token that let a call pass: `context.values.get(tokenClaims)`. */
export const tokenClaims = createContextKey<Claims | undefined>(undefined, {
  description: "the claims of the call's token",
});

const allAuthorization = createContextKey<readonly string[] | undefined>(undefined, {
  description: "the values of every authorization header",
});

/**
 * Context values for a call that tell the interceptor of every `authorization` header. Of several, Node
 * shows a Connect server the first alone, and so they could not be refused.
 */
export function seeAllAuthorization(request: HttpRequest): ContextValues {
  return createContextValues().set(allAuthorization, authorizationOf(request));
}

/**
 * Applies a policy to the calls of a Connect server:
 *
 *     connectNodeAdapter({
 *       routes,
 *       interceptors: [createConnectInterceptor(guard, policy)],
 *       contextValues: seeAllAuthorization,
 *     });
 *
 * @throws TypeError naming an entry of the policy that is no requirement.
 */
export function createConnectInterceptor(guard: TokenGuard, policy: Policy): Interceptor {
  const requirements = parsePolicy(policy);
  return (next) => async (request) => {
    const { service, method, header, signal, contextValues } = request;
    const requirement = requirementOfRpc(requirements, `/${service.typeName}/${method.name}`);
    const shown = contextValues.get(allAuthorization) ?? valuesOf(header);
    const { claims, refusal } = await guard.admit(shown, requirement, signal);
    if (refusal) throw new ConnectError(refusal.message, refusal.code);
    if (claims) contextValues.set(tokenClaims, claims);
    return next(request);
  };
}

/** Where the platform joins several headers, the comma between them refuses them. */
function valuesOf(header: Headers): string[] {
  const authorization = header.get("authorization");
  return authorization === null ? [] : [authorization];
}
