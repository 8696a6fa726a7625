/** TokenService: each RPC calls the core, and says how what it gives is answered. Errors pass through. */
import type {
  DescMessage,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import {
  KeyState,
  TokenService,
  TokenState,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { checkAudience, checkCount, MAX_BATCH_TOKENS } from "../core/rules.js";
import { type Answer, batchAnswer, issuedAnswer, throughMessage, validAnswer } from "./answers.js";
import { chargeBatch, inTurns, lengthOf, noteVerdicts } from "./batches.js";
import { about, type Call, release, tokenOf, toldOf } from "./call.js";
import { hoursToDuration, toClaims, toDuration, toHours, toTimestamp } from "./convert.js";
import { generateFromBinary } from "./generate-request.js";
import { newTokenBounds, refreshBounds } from "./issue-bounds.js";
import { refuseTooMany } from "./request-counts.js";
import { checkOptions, requiredOf } from "./required-audience.js";
import { listAnswer, outcomesAnswer } from "./revocation-answers.js";
import {
  listRevocations,
  type RevocationDeps,
  replaceToken,
  requireEnabled,
  revokeTokens,
} from "./revocation-rpcs.js";
import { tokenFromBinary, tokenFromJson } from "./token-request.js";

/** One RPC. */
export interface Rpc extends Answer<unknown, DescMessage> {
  readonly method: DescMethodUnary;
  /** Looks at a request before it is read. Throws what its caller is told. */
  readonly checkBinary: (bytes: Buffer) => void;
  /** Reads a plain request faster than protobuf-es; undefined for one that is not. */
  readonly fromBinary?: (bytes: Buffer) => unknown;
  /** The same of JSON. */
  readonly fromJson?: (bytes: Buffer) => unknown;
  /** Whether the answer vouches for a token, which takes knowing the latest revocations. */
  readonly vouches: boolean;
  /** Does what is asked. Throws what the core throws, and what the caller may not do. */
  readonly handle: (
    request: MessageShape<DescMessage>,
    call: Call | undefined,
    context: HandlerContext,
  ) => unknown;
}

const { method } = TokenService;
/** The RPCs whose answers vouch for a token, or tell its state. */
const VOUCHING: ReadonlySet<DescMethodUnary> = new Set([
  method.validateToken,
  method.checkPermission,
  method.checkPermissions,
  method.batchValidateTokens,
  method.refreshToken,
  method.getTokenInfo,
  method.introspectToken,
]);

/** The RPCs that do not stream, over one manager and the register of its revocations. */
export function createRpcs(deps: RevocationDeps): readonly Rpc[] {
  const { manager, register } = deps;
  const rpcs = {
    generateToken: {
      ...rpc(
        method.generateToken,
        ({ userId, permissions, additionalData, expiresIn, audiences }, call) => {
          const bounds = newTokenBounds(toHours(expiresIn), manager, call);
          const options = { permissions, additionalData, audiences, ...bounds };
          return release(manager.generateToken(userId, options), call);
        },
        issuedAnswer,
      ),
      fromBinary: generateFromBinary,
    },

    validateToken: tokenRpc(
      method.validateToken,
      (request, call) =>
        about(manager.validateToken(tokenOf(request, call), requiredOf(request)), call),
      validAnswer,
    ),

    checkPermission: rpc(
      method.checkPermission,
      (request, call) => {
        const { requiredPermission, audience: checkedAudience } = request;
        const options = checkOptions(request, call);
        const granted = manager.checkPermission(
          tokenOf(request, call),
          requiredPermission,
          options,
        );
        return { granted, checkedAudience };
      },
      (answer) => answer,
    ),

    checkPermissions: rpc(
      method.checkPermissions,
      (request, call) => {
        const { permissions, audience: checkedAudience } = request;
        const options = checkOptions(request, call);
        const results = manager.checkPermissions(tokenOf(request, call), permissions, options);
        return { results, checkedAudience };
      },
      (answer) => answer,
    ),

    batchValidateTokens: rpc(
      method.batchValidateTokens,
      async ({ tokens, audience }, call, context) => {
        checkCount(tokens, MAX_BATCH_TOKENS, "tokens");
        if (audience !== "") checkAudience(audience);
        chargeBatch(tokens, call);
        const required = requiredOf({ audience });
        const step = (part: readonly string[]) => manager.batchValidateTokens(part, required);
        const work = { items: tokens, size: lengthOf(tokens), step };
        return noteVerdicts(await inTurns(work, call, context), call);
      },
      batchAnswer,
    ),

    refreshToken: rpc(
      method.refreshToken,
      (request, call) => {
        const token = tokenOf(request, call);
        if (request.revokeOld) requireEnabled(register, "revoke_old");
        const options = refreshBounds(token, toHours(request.newExpiresIn), manager, call);
        const issue = () => release(manager.refreshToken(token, options), call);
        return request.revokeOld ? replaceToken(deps, token, issue, call) : issue();
      },
      (issued) => {
        const { token, sessionId, clamped } = issued;
        return { token, ...toClaims(issued), sessionId, clamped, keyId: issued.keyId };
      },
    ),

    getTokenInfo: tokenRpc(
      method.getTokenInfo,
      (request, call) => about(manager.getTokenInfo(tokenOf(request, call)), call),
      (info) => ({
        valid: true,
        ...toClaims(info),
        timeRemaining: toDuration(info.timeRemaining),
        createdAt: toTimestamp(info.createdAt),
        isRevoked: info.isRevoked,
        keyId: info.keyId,
        sessionId: info.sessionId,
        sessionStartedAt: toTimestamp(info.sessionStartedAt),
      }),
    ),

    introspectToken: tokenRpc(
      method.introspectToken,
      (request, call) => {
        const found = manager.introspectToken(tokenOf(request, call));
        if (found.state !== "INVALID") about({ ...found.claims, keyId: found.keyId }, call);
        return found;
      },
      (found) => {
        const state = TokenState[found.state];
        if (found.state === "INVALID") return { state };
        const { claims, keyId } = found;
        const described = {
          ...toClaims(claims),
          timeRemaining: toDuration(found.timeRemaining),
          sessionId: claims.sessionId,
          keyId,
          sessionStartedAt: toTimestamp(claims.sessionStartedAt),
        };
        return { state, claims: described, keyId };
      },
    ),

    exportConfig: rpc(
      method.exportConfig,
      (_, call) => ({ ...manager.exportConfig(), ...toldOf(call) }),
      ({ defaultExpirationHours, keys, ...config }) => ({
        ...config,
        serverVersion: deps.version ?? "",
        salt: new Uint8Array(config.salt),
        defaultExpiresIn: hoursToDuration(defaultExpirationHours),
        keys: keys.map(({ keyId, state }) => ({ keyId, state: KeyState[state] })),
      }),
    ),

    revokeTokens: rpc(
      method.revokeTokens,
      (request, call, context) => revokeTokens(deps, request, call, context),
      outcomesAnswer,
    ),

    listRevocations: rpc(
      method.listRevocations,
      (request) => listRevocations(deps, request),
      listAnswer,
    ),
  } satisfies Record<Exclude<keyof typeof method, "watchRevocations">, Rpc>;
  return Object.values(rpcs);
}

/** An RPC; where its answer is just a way to a message, the other forms go through that. */
function rpc<M extends DescMethodUnary, V>(
  method: M,
  handle: (
    request: MessageShape<M["input"]>,
    call: Call | undefined,
    context: HandlerContext,
  ) => V | Promise<V>,
  answer: Answer<V, M["output"]> | ((value: V) => MessageInitShape<M["output"]>),
): Rpc {
  const forms = typeof answer === "function" ? throughMessage(method.output, answer) : answer;
  const checkBinary = (bytes: Buffer) => refuseTooMany(method.input, bytes);
  const vouches = VOUCHING.has(method);
  return { method, handle, vouches, checkBinary, ...forms } as unknown as Rpc;
}

/** An RPC whose request is, nearly always, a token and nothing else. */
function tokenRpc<M extends DescMethodUnary, V>(...parts: Parameters<typeof rpc<M, V>>): Rpc {
  return { ...rpc(...parts), fromBinary: tokenFromBinary, fromJson: tokenFromJson };
}
