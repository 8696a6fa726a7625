/** secure-token-service/middleware/grpc-js: an interceptor for servers on @grpc/grpc-js. */
import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import { refuseUnknownOptions } from "../../values/known-options.js";
import type { Claims } from "../operations.js";
import { type Admission, requireGuard, type TokenGuard } from "./guard.js";
import { type Refusal, UNAVAILABLE } from "./refusals.js";
import { claimsOf, forwardedAuthorization, setAdmission } from "./request-claims.js";
import { parseRpcPolicy, type RpcPolicy } from "./rpc-policy.js";

/** What an interceptor is told beside its policy. */
export interface GrpcJsInterceptorOptions {
  /** The server's services. A rule for an RPC that none of them has is refused. Default: unknown. */
  readonly services?: readonly ServiceDefinition[] | undefined;
  /** Finds the token elsewhere than in `authorization`. Default: that metadata. */
  readonly tokenFrom?: ((metadata: Metadata) => string | undefined) | undefined;
  /** The status that a refused call ends with. Where it throws, that is the fixed one. Default: that. */
  readonly onRefusal?:
    | ((refusal: Refusal, path: string) => { code: number; details: string; metadata?: Metadata })
    | undefined;
}

/**
 * Applies a policy to the calls of a gRPC server, unary calls and streams:
 *
 *     new Server({ interceptors: [createGrpcJsInterceptor(guard, policy, { services: [notes] })] });
 *
 * No message is read before the call may pass. A refusal carries its challenge as the trailing metadata
 * `www-authenticate`. Of several `authorization` headers Node shows @grpc/grpc-js the first alone; whatever
 * runs behind this interceptor sees the same one.
 * @throws TypeError naming the rule or the option that is wrong.
 */
export function createGrpcJsInterceptor(
  guard: TokenGuard,
  policy: RpcPolicy,
  options: GrpcJsInterceptorOptions = {},
): ServerInterceptor {
  requireGuard("createGrpcJsInterceptor", guard);
  refuseUnknownOptions("createGrpcJsInterceptor", options, ["services", "tokenFrom", "onRefusal"]);
  const { services, tokenFrom, onRefusal } = options;
  const methods = services?.flatMap((service) => Object.values(service).map(({ path }) => path));
  const rules = parseRpcPolicy(policy, methods);
  return ({ path }, call) => {
    const cancelled = new AbortController();
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          async onReceiveMetadata(metadata, proceed) {
            const { refusal } = await admit(metadata, path, cancelled.signal);
            if (refusal) call.sendStatus(statusOf(refusal, path));
            else proceed(metadata);
          },
          onCancel: () => cancelled.abort(),
        });
      },
    });
  };

  /** Never rejects: the call would hang. */
  async function admit(metadata: Metadata, path: string, signal: AbortSignal): Promise<Admission> {
    try {
      const about = { signal, request: path };
      const requirement = rules.requirementOf(path);
      const admission = tokenFrom
        ? await guard.admitToken(tokenFrom(metadata), requirement, about)
        : await guard.admit(metadata.get("authorization").map(String), requirement, about);
      if (!admission.refusal) setAdmission(metadata, admission);
      return admission;
    } catch (error) {
      guard.report(error);
      return { refusal: UNAVAILABLE };
    }
  }

  function statusOf(refusal: Refusal, path: string) {
    try {
      if (onRefusal) return onRefusal(refusal, path);
    } catch (error) {
      guard.report(error);
    }
    const metadata = new Metadata();
    if (refusal.challenge !== undefined) metadata.set("www-authenticate", refusal.challenge);
    return { code: Number(refusal.code), details: refusal.message, metadata };
  }
}

/**
 * The claims of the token that let a call pass; undefined where it presented none. An interceptor that
 * runs after this one must pass the call's metadata on as it is, not a copy.
 */
export function claimsOfCall(call: { readonly metadata: Metadata }): Claims | undefined {
  return claimsOf(call.metadata);
}

/** Metadata that presents the user's token to the next service; empty without a token. */
export function forwardedMetadata(call: { readonly metadata: Metadata }): Metadata {
  const metadata = new Metadata();
  const { authorization } = forwardedAuthorization(call.metadata);
  if (authorization !== undefined) metadata.set("authorization", authorization);
  return metadata;
}
