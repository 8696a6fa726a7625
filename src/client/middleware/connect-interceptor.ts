/** An interceptor for servers on Connect: every protocol, unary calls and streams. */
import { ConnectError, createContextKey, type Interceptor } from "@connectrpc/connect";
import type { Claims } from "../operations.js";
import type { TokenGuard } from "./guard.js";
import { type Policy, parsePolicy, requirementOfRpc } from "./requirement.js";

/** The claims of the token that let a call pass: `context.values.get(tokenClaims)`. */
export const tokenClaims = createContextKey<Claims | undefined>(undefined, {
  description: "the claims of the call's token",
});

/**
 * Applies a policy to the calls of a Connect server:
 *
 *     connectNodeAdapter({ routes, interceptors: [createConnectInterceptor(guard, policy)] });
 *
 * Of several `authorization` headers Node shows a Connect server the first alone; everything behind
 * this interceptor sees the same one.
 * @throws TypeError naming an entry of the policy that is no requirement.
 */
export function createConnectInterceptor(guard: TokenGuard, policy: Policy): Interceptor {
  const requirements = parsePolicy(policy);
  return (next) => async (request) => {
    const { service, method, header, signal, contextValues } = request;
    const requirement = requirementOfRpc(requirements, `/${service.typeName}/${method.name}`);
    const authorization = header.get("authorization");
    const shown = authorization === null ? [] : [authorization];
    const { claims, refusal } = await guard.admit(shown, requirement, signal);
    if (refusal) throw new ConnectError(refusal.message, refusal.code);
    if (claims) contextValues.set(tokenClaims, claims);
    return next(request);
  };
}
