/** An interceptor for servers on Connect: every protocol, unary calls and streams. */
import type { DescService } from "@bufbuild/protobuf";
import {
  ConnectError,
  type ContextValues,
  createContextKey,
  createContextValues,
  type Interceptor,
} from "@connectrpc/connect";
import { refuseUnknownOptions } from "../../values/known-options.js";
import type { Claims } from "../operations.js";
import { requireGuard, type TokenGuard } from "./guard.js";
import { authorizationOf, type HttpRequest } from "./http-headers.js";
import type { Refusal } from "./refusals.js";
import { parseRpcPolicy, type RpcPolicy } from "./rpc-policy.js";

/** The claims of the token that let a call pass: `context.values.get(tokenClaims)`. */
export const tokenClaims = createContextKey<Claims | undefined>(undefined, {
  description: "the claims of the call's token",
});

const forwardable = createContextKey<string | undefined>(undefined, {
  description: "the call's token",
});

const allAuthorization = createContextKey<readonly string[] | undefined>(undefined, {
  description: "the values of every authorization header",
});

/** What an interceptor is told beside its policy. */
export interface ConnectInterceptorOptions {
  /** The services of the router. A rule for an RPC that none of them has is refused. Default: unknown. */
  readonly services?: readonly DescService[] | undefined;
  /** Finds the token elsewhere than in `authorization`, such as in a cookie. Default: that header. */
  readonly tokenFrom?: ((header: Headers) => string | undefined) | undefined;
  /** The error that a refused call ends with. Where it throws, that is the fixed one. Default: that. */
  readonly onRefusal?: ((refusal: Refusal, path: string) => ConnectError) | undefined;
}

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
 *       interceptors: [createConnectInterceptor(guard, policy, { services: [Notes] })],
 *       contextValues: seeAllAuthorization,
 *     });
 *
 * A refusal carries its challenge as `www-authenticate`: in gRPC as trailing metadata.
 * @throws TypeError naming the rule or the option that is wrong.
 */
export function createConnectInterceptor(
  guard: TokenGuard,
  policy: RpcPolicy,
  options: ConnectInterceptorOptions = {},
): Interceptor {
  requireGuard("createConnectInterceptor", guard);
  refuseUnknownOptions("createConnectInterceptor", options, ["services", "tokenFrom", "onRefusal"]);
  const { services, tokenFrom, onRefusal } = options;
  const methods = services?.flatMap(({ typeName, methods }) =>
    methods.map(({ name }) => `/${typeName}/${name}`),
  );
  const rules = parseRpcPolicy(policy, methods);
  return (next) => async (request) => {
    const { service, method, header, signal, contextValues } = request;
    const path = `/${service.typeName}/${method.name}`;
    const requirement = rules.requirementOf(path);
    const about = { signal, request: path };
    const { claims, token, refusal } = tokenFrom
      ? await guard.admitToken(tokenFrom(header), requirement, about)
      : await guard.admit(shownIn(header, contextValues), requirement, about);
    if (refusal) throw toError(guard, refusal, path, onRefusal);
    if (claims) contextValues.set(tokenClaims, claims).set(forwardable, token);
    return next(request);
  };
}

/**
 * The headers that present the user's token to the next service:
 *
 *     await notes.list({}, { headers: forwardedToken(context) });
 *
 * Without a token there are none.
 */
export function forwardedToken({ values }: { readonly values: ContextValues }): HeadersInit {
  const token = values.get(forwardable);
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function toError(
  guard: TokenGuard,
  refusal: Refusal,
  path: string,
  onRefusal: ConnectInterceptorOptions["onRefusal"],
): ConnectError {
  try {
    const own = onRefusal?.(refusal, path);
    if (own instanceof ConnectError) return own;
  } catch (error) {
    guard.report(error);
  }
  const { message, code, challenge } = refusal;
  return new ConnectError(
    message,
    code,
    challenge === undefined ? {} : { "www-authenticate": challenge },
  );
}

/** Where the platform joins several headers, the comma between them refuses them. */
function shownIn(header: Headers, contextValues: ContextValues): readonly string[] {
  const authorization = header.get("authorization");
  return contextValues.get(allAuthorization) ?? (authorization === null ? [] : [authorization]);
}
