/** TokenService where a server can mount it: on a Connect router, and as methods to be called directly. */
import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type SecureTokenManager, TokenError } from "../core/index.js";
import { ANSWER_JSON } from "./answers.js";
import { callKey } from "./call.js";
import { toConnectError } from "./error-details.js";
import { keepByteOrderMarks } from "./text-encoding.js";
import { createRpcs, type Rpc } from "./token-service.js";

/** The largest request message, in bytes. */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** The largest request message of BatchValidateTokens, in bytes. */
export const MAX_BATCH_REQUEST_BYTES = 1024 * 1024;

type Request = MessageShape<DescMessage>;

/** An RPC without messages: what it gives can be written at once. */
export interface DirectRpc {
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

/** Registers every RPC. Beyond its limit a message is RESOURCE_EXHAUSTED. */
export function tokenRoutes(manager: SecureTokenManager): (router: ConnectRouter) => void {
  keepByteOrderMarks();
  return (router) => {
    for (const rpc of createRpcs(manager)) {
      const { method, toMessage } = rpc;
      const batch = method === TokenService.method.batchValidateTokens;
      const readMaxBytes = batch ? MAX_BATCH_REQUEST_BYTES : MAX_REQUEST_BYTES;
      const answer = (request: Request, context: HandlerContext): MessageInitShape<DescMessage> =>
        toMessage(run(rpc, request, context));
      router.rpc(method, answer, { readMaxBytes, jsonOptions: ANSWER_JSON });
    }
  };
}

/** Every RPC for a server that answers without messages; each does what its route does. */
export function directRpcs(manager: SecureTokenManager): ReadonlyMap<DescMethod, DirectRpc> {
  const entries = createRpcs(manager).map((rpc): [DescMethod, DirectRpc] => {
    const { method, handle: _, toMessage: __, ...forms } = rpc;
    return [method, { ...forms, call: (request, context) => run(rpc, request, context) }];
  });
  return new Map(entries);
}

/** The one place where errors of ours become errors of Connect's. */
function run({ handle }: Rpc, request: Request, { values }: HandlerContext): unknown {
  const call = values.get(callKey);
  try {
    return handle(request, call);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    // An expired or revoked token is known all the same: the log names it.
    if (call && error.subject) call.subject = error.subject;
    throw toConnectError(error);
  }
}
