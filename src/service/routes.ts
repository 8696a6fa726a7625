/** TokenService where a server can mount it: on a Connect router, and as methods to be called directly. */
import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import {
  TokenService,
  type WatchRevocationsRequestSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { SecureTokenManager } from "../core/index.js";
import { NO_REGISTER, type RevocationRegister } from "../revocation/register.js";
import { ANSWER_JSON } from "./answers.js";
import { callKey } from "./call.js";
import type { Pulled } from "./pulled.js";
import { refuse } from "./refuse.js";
import { type RevocationDeps, requireFresh } from "./revocation-rpcs.js";
import { keepByteOrderMarks } from "./text-encoding.js";
import { createRpcs, type Rpc } from "./token-service.js";
import { pullRevocations, watchRevocations } from "./watch-revocations.js";

/** The largest request message, in bytes. */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** The largest request message of BatchValidateTokens, in bytes. */
export const MAX_BATCH_REQUEST_BYTES = 1024 * 1024;

/**
 * A member of a JSON request that is no field is refused by name: a misspelt `permissions` would give
 * a token without any. Binary requests of a newer schema are read without what is not known.
 */
const JSON_OPTIONS = { ...ANSWER_JSON, ignoreUnknownFields: false };

type Request = MessageShape<DescMessage>;

/** An RPC without messages: what it gives can be written at once. */
export interface DirectRpc {
  /** Looks at a binary request before it is read. @throws ConnectError with typed details */
  readonly checkBinary?: (bytes: Buffer) => void;
  /** Reads a plain request faster than protobuf-es; undefined for one that is not. */
  readonly fromBinary?: (bytes: Buffer) => unknown;
  /** The same of JSON. */
  readonly fromJson?: (bytes: Buffer) => unknown;
  /** @throws ConnectError with typed details; anything else is a fault of ours. */
  readonly call: (request: Request, context: HandlerContext) => unknown;
  /** The answer in binary, behind `reserve` bytes that are the caller's to fill. */
  readonly toBinary: (value: unknown, reserve: number) => Uint8Array;
  /** The answer in protobuf's JSON. */
  readonly toJson: (value: unknown) => string;
}

/** Registers every RPC, of a server of this version. Beyond its limit a message is RESOURCE_EXHAUSTED. */
export function tokenRoutes(
  manager: SecureTokenManager,
  register: RevocationRegister = NO_REGISTER,
  version?: string,
): (router: ConnectRouter) => void {
  const deps = { manager, register, version };
  keepByteOrderMarks();
  return (router) => {
    for (const rpc of createRpcs(deps)) {
      const { method, toMessage } = rpc;
      const batch = method === TokenService.method.batchValidateTokens;
      const readMaxBytes = batch ? MAX_BATCH_REQUEST_BYTES : MAX_REQUEST_BYTES;
      const answer = async (request: Request, context: HandlerContext) =>
        toMessage(await run(rpc, deps, request, context)) as MessageInitShape<DescMessage>;
      router.rpc(method, answer, { readMaxBytes, jsonOptions: JSON_OPTIONS });
    }
    const watch = TokenService.method.watchRevocations;
    router.rpc(watch, (request, context) => watchWith(deps, request, context), {
      readMaxBytes: MAX_REQUEST_BYTES,
      jsonOptions: JSON_OPTIONS,
    });
  };
}

/** Every RPC for a server that answers without messages; each does what its route does. */
export function directRpcs(
  manager: SecureTokenManager,
  register: RevocationRegister = NO_REGISTER,
  version?: string,
): ReadonlyMap<DescMethod, DirectRpc> {
  const deps = { manager, register, version };
  const entries = createRpcs(deps).map((rpc): [DescMethod, DirectRpc] => {
    const { method, handle: _, toMessage: __, vouches: ___, ...forms } = rpc;
    return [method, { ...forms, call: (request, context) => run(rpc, deps, request, context) }];
  });
  return new Map(entries);
}

/** A server stream that is asked for its messages as bytes. */
export interface DirectFeed {
  /** @throws ConnectError with typed details, and so does `next`; anything else is a fault of ours. */
  readonly open: (
    request: Request,
    context: HandlerContext,
    wake: () => void,
    reserve: number,
  ) => Pulled<Uint8Array>;
}

/** Every server stream for a server that writes bytes; each does what its route does. */
export function directFeeds(
  manager: SecureTokenManager,
  register: RevocationRegister = NO_REGISTER,
): ReadonlyMap<DescMethod, DirectFeed> {
  const deps = { manager, register };
  const open: DirectFeed["open"] = (request, { values }, wake, reserve) => {
    const call = values.get(callKey);
    try {
      const watched = request as MessageShape<typeof WatchRevocationsRequestSchema>;
      return pullRevocations(deps, watched, call, wake, reserve);
    } catch (error) {
      return refuse(error, call);
    }
  };
  return new Map([[TokenService.method.watchRevocations, { open }]]);
}

function run(
  { handle, vouches }: Rpc,
  { register }: RevocationDeps,
  request: Request,
  context: HandlerContext,
): unknown {
  const call = context.values.get(callKey);
  try {
    if (vouches) requireFresh(register);
    const value = handle(request, call, context);
    return value instanceof Promise ? value.catch((error) => refuse(error, call)) : value;
  } catch (error) {
    return refuse(error, call);
  }
}

async function* watchWith(
  deps: RevocationDeps,
  request: MessageShape<typeof WatchRevocationsRequestSchema>,
  context: HandlerContext,
) {
  const call = context.values.get(callKey);
  try {
    yield* watchRevocations(deps, request, call, context);
  } catch (error) {
    refuse(error, call);
  }
}
