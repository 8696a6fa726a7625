/** secure-token-service/middleware/grpc-js: an interceptor for servers on @grpc/grpc-js. */
import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";
import type { Claims } from "../operations.js";
import type { TokenGuard } from "./guard.js";
import { UNAVAILABLE } from "./refusals.js";
import { claimsOf, setClaims } from "./request-claims.js";
import { type Policy, parsePolicy, requirementOfRpc } from "./requirement.js";

/**
 * Applies a policy to the calls of a gRPC server, unary calls and streams:
 *
 *     new Server({ interceptors: [createGrpcJsInterceptor(guard, policy)] });
 *
 * No message is read before the call may pass. Of several `authorization` headers Node shows
 * @grpc/grpc-js the first alone; whatever runs behind this interceptor sees the same one.
 * @throws TypeError naming an entry of the policy that is no requirement.
 */
export function createGrpcJsInterceptor(guard: TokenGuard, policy: Policy): ServerInterceptor {
  const requirements = parsePolicy(policy);
  return ({ path }, call) => {
    const cancelled = new AbortController();
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          async onReceiveMetadata(metadata, proceed) {
            const refusal = await admit(metadata, path, cancelled.signal);
            if (refusal) call.sendStatus({ code: Number(refusal.code), details: refusal.message });
            else proceed(metadata);
          },
          onCancel: () => cancelled.abort(),
        });
      },
    });
  };

  /** Never rejects: nobody would hear of it, and the call would hang. */
  async function admit(metadata: Metadata, path: string, signal: AbortSignal) {
    const authorization = metadata.get("authorization").map(String);
    const requirement = requirementOfRpc(requirements, path);
    try {
      const { claims, refusal } = await guard.admit(authorization, requirement, signal);
      if (claims) setClaims(metadata, claims);
      return refusal;
    } catch {
      return UNAVAILABLE;
    }
  }
}

/**
 * The claims of the token that let a call pass; undefined where the method is open to all. An
 * interceptor that runs after this one must pass the call's metadata on as it is, not a copy.
 */
export function claimsOfCall(call: { readonly metadata: Metadata }): Claims | undefined {
  return claimsOf(call.metadata);
}
