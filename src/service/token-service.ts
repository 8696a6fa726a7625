/** TokenService: each RPC calls the core, and says how what it gives is answered. Errors pass through. */
import type {
  DescMessage,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import {
  KeyState,
  TokenService,
  TokenState,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type SecureTokenManager, TokenError, type TokenSubject } from "../core/index.js";
import { type Answer, batchAnswer, issuedAnswer, throughMessage, validAnswer } from "./answers.js";
import { chargeBatch, noteVerdicts } from "./batch-verdicts.js";
import { about, type Call, release, tokenOf } from "./call.js";
import { hoursToDuration, toClaims, toDuration, toHours, toTimestamp } from "./convert.js";
import { newTokenBounds, refreshBounds } from "./issue-bounds.js";
import { tokenFromBinary, tokenFromJson } from "./token-request.js";

/** One RPC. */
export interface Rpc extends Answer<unknown, DescMessage> {
  readonly method: DescMethodUnary;
  /** Reads a plain request faster than protobuf-es; undefined for one that is not. */
  readonly fromBinary?: (bytes: Buffer) => unknown;
  /** The same of JSON. */
  readonly fromJson?: (bytes: Buffer) => unknown;
  /** Does what is asked. Throws what the core throws, and what the caller may not do. */
  readonly handle: (request: MessageShape<DescMessage>, call: Call | undefined) => unknown;
}

const { method } = TokenService;

/** The nine RPCs over one manager. */
export function createRpcs(manager: SecureTokenManager): readonly Rpc[] {
  const rpcs = {
    generateToken: rpc(
      method.generateToken,
      ({ userId, permissions, additionalData, expiresIn }, call) => {
        const bounds = newTokenBounds(toHours(expiresIn), manager, call);
        const options = { permissions, additionalData, ...bounds };
        return release(manager.generateToken(userId, options), call);
      },
      issuedAnswer,
    ),

    validateToken: tokenRpc(
      method.validateToken,
      (request, call) => about(manager.validateToken(tokenOf(request, call)), call),
      validAnswer,
    ),

    checkPermission: rpc(
      method.checkPermission,
      (request, call) => {
        const onOpened = (subject: TokenSubject) => about(subject, call);
        return manager.checkPermission(
          tokenOf(request, call),
          request.requiredPermission,
          onOpened,
        );
      },
      (granted) => ({ granted }),
    ),

    checkPermissions: rpc(
      method.checkPermissions,
      (request, call) => {
        const onOpened = (subject: TokenSubject) => about(subject, call);
        return manager.checkPermissions(tokenOf(request, call), request.permissions, onOpened);
      },
      (results) => ({ results }),
    ),

    batchValidateTokens: rpc(
      method.batchValidateTokens,
      ({ tokens }, call) => {
        chargeBatch(tokens, call);
        return noteVerdicts(manager.batchValidateTokens(tokens), call);
      },
      batchAnswer,
    ),

    refreshToken: rpc(
      method.refreshToken,
      (request, call) => {
        const token = tokenOf(request, call);
        if (request.revokeOld) throw revocationNotEnabled();
        const options = refreshBounds(token, toHours(request.newExpiresIn), manager, call);
        return release(manager.refreshToken(token, options), call);
      },
      (issued) => {
        const { token, sessionId, clamped } = issued;
        return { token, ...toClaims(issued), sessionId, clamped };
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
        const timeRemaining = toDuration(found.timeRemaining);
        return { state, claims: { ...toClaims(found.claims), timeRemaining }, keyId: found.keyId };
      },
    ),

    exportConfig: rpc(
      method.exportConfig,
      () => manager.exportConfig(),
      ({ defaultExpirationHours, keys, ...config }) => ({
        ...config,
        salt: new Uint8Array(config.salt),
        defaultExpiresIn: hoursToDuration(defaultExpirationHours),
        keys: keys.map(({ keyId, state }) => ({ keyId, state: KeyState[state] })),
      }),
    ),
  } satisfies Record<keyof typeof method, Rpc>;
  return Object.values(rpcs);
}

/** An RPC; where its answer is just a way to a message, the other forms go through that. */
function rpc<M extends DescMethodUnary, V>(
  method: M,
  handle: (request: MessageShape<M["input"]>, call: Call | undefined) => V,
  answer: Answer<V, M["output"]> | ((value: V) => MessageInitShape<M["output"]>),
): Rpc {
  const forms = typeof answer === "function" ? throughMessage(method.output, answer) : answer;
  return { method, handle, ...forms } as unknown as Rpc;
}

/** An RPC whose request is a token and nothing else. */
function tokenRpc<M extends DescMethodUnary, V>(...parts: Parameters<typeof rpc<M, V>>): Rpc {
  return { ...rpc(...parts), fromBinary: tokenFromBinary, fromJson: tokenFromJson };
}

/** This server keeps no revocations, and says so rather than leave the old token alive unsaid. */
function revocationNotEnabled(): TokenError {
  return new TokenError("revoke_old needs a server that keeps revocations", {
    reason: "REVOCATION_NOT_ENABLED",
    field: "revoke_old",
  });
}
