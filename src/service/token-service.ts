/** TokenService: each RPC converts in, calls the core, converts out. Errors pass through. */
import type { ServiceImpl } from "@connectrpc/connect";
import {
  KeyState,
  type TokenService,
  TokenState,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type SecureTokenManager, TokenError, type TokenSubject } from "../core/index.js";
import { about, release, tokenOf } from "./call.js";
import { hoursToDuration, toClaims, toDuration, toHours, toTimestamp } from "./convert.js";
import { toStatus } from "./error-details.js";

/** The nine RPCs over one manager. Every RPC throws what the manager throws. */
export function createTokenService(manager: SecureTokenManager): ServiceImpl<typeof TokenService> {
  return {
    generateToken(request, context) {
      const { permissions, additionalData } = request;
      const expiresInHours = toHours(request.expiresIn);
      const options = { permissions, expiresInHours, additionalData };
      const issued = release(manager.generateToken(request.userId, options), context);
      return { token: issued.token, ...toClaims(issued), sessionId: issued.sessionId };
    },

    validateToken(request, context) {
      const claims = about(manager.validateToken(tokenOf(request, context)), context);
      const timeRemaining = toDuration(claims.timeRemaining);
      return { valid: true, ...toClaims(claims), timeRemaining };
    },

    checkPermission(request, context) {
      const token = tokenOf(request, context);
      const onOpened = (subject: TokenSubject) => about(subject, context);
      return { granted: manager.checkPermission(token, request.requiredPermission, onOpened) };
    },

    checkPermissions(request, context) {
      const token = tokenOf(request, context);
      const onOpened = (subject: TokenSubject) => about(subject, context);
      return { results: manager.checkPermissions(token, request.permissions, onOpened) };
    },

    batchValidateTokens(request) {
      const results = manager.batchValidateTokens(request.tokens).map((result) => {
        if ("error" in result) return errorResult(result.error);
        const timeRemaining = toDuration(result.claims.timeRemaining);
        return claimsResult({ ...toClaims(result.claims), timeRemaining });
      });
      return { results };
    },

    refreshToken(request, context) {
      const token = tokenOf(request, context);
      if (request.revokeOld) throw revocationNotEnabled();
      const newExpiresInHours = toHours(request.newExpiresIn);
      const issued = manager.refreshToken(token, { newExpiresInHours });
      release(issued, context);
      const { sessionId, clamped } = issued;
      return { token: issued.token, ...toClaims(issued), sessionId, clamped };
    },

    getTokenInfo(request, context) {
      const info = about(manager.getTokenInfo(tokenOf(request, context)), context);
      return {
        valid: true,
        ...toClaims(info),
        timeRemaining: toDuration(info.timeRemaining),
        createdAt: toTimestamp(info.createdAt),
        isRevoked: info.isRevoked,
        keyId: info.keyId,
        sessionId: info.sessionId,
        sessionStartedAt: toTimestamp(info.sessionStartedAt),
      };
    },

    introspectToken(request, context) {
      const found = manager.introspectToken(tokenOf(request, context));
      const state = TokenState[found.state];
      if (found.state === "INVALID") return { state };
      about({ ...found.claims, keyId: found.keyId }, context);
      const timeRemaining = toDuration(found.timeRemaining);
      return { state, claims: { ...toClaims(found.claims), timeRemaining }, keyId: found.keyId };
    },

    exportConfig() {
      const { defaultExpirationHours, keys, ...config } = manager.exportConfig();
      return {
        ...config,
        salt: new Uint8Array(config.salt),
        defaultExpiresIn: hoursToDuration(defaultExpirationHours),
        keys: keys.map(({ keyId, state }) => ({ keyId, state: KeyState[state] })),
      };
    },
  };
}

function claimsResult<T>(value: T) {
  return { result: { case: "claims" as const, value } };
}

function errorResult(error: TokenError) {
  return { result: { case: "error" as const, value: toStatus(error) } };
}

/** This server keeps no revocations, and says so rather than leave the old token alive unsaid. */
function revocationNotEnabled(): TokenError {
  return new TokenError("revoke_old needs a server that keeps revocations", {
    reason: "REVOCATION_NOT_ENABLED",
    field: "revoke_old",
  });
}
