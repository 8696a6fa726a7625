/** Requests of the corpus as calls of the client, and its answers as the corpus spells them. */
import type {
  Claims,
  Revocation,
  RevocationTarget,
  SecureTokenClient,
} from "../../../../src/client/node.js";
import type { Duration } from "../../../../src/client/time.js";
import { describeError } from "./json.js";

// biome-ignore lint/suspicious/noExplicitAny: protojson of any request.
type Request = any;

/** Makes the call that an RPC's request stands for. */
export async function call(client: SecureTokenClient, rpc: string, request: Request) {
  const { token, audience } = request;
  switch (rpc) {
    case "GenerateToken":
      return client.generateToken(request.userId, {
        permissions: request.permissions,
        expiresInHours: toHours(request.expiresIn),
        additionalData: request.additionalData,
        audiences: request.audiences,
      });
    case "ValidateToken":
      return describeTime(await client.validateToken(token, { audience }));
    case "CheckPermission":
      return {
        granted: await client.checkPermission(token, request.requiredPermission, { audience }),
      };
    case "CheckPermissions":
      return { results: await client.checkPermissions(token, request.permissions, { audience }) };
    case "BatchValidateTokens": {
      const results = await client.batchValidateTokens(request.tokens, { audience });
      return {
        results: results.map(({ claims, error }) =>
          claims ? { claims: describeClaims(claims) } : { error: describeError(error) },
        ),
      };
    }
    case "RefreshToken":
      return client.refreshToken(token, {
        newExpiresInHours: toHours(request.newExpiresIn),
        revokeOld: request.revokeOld,
      });
    case "GetTokenInfo":
      return describeTime(await client.getTokenInfo(token));
    case "IntrospectToken": {
      const { state, claims, timeRemaining, keyId } = await client.introspectToken(token);
      const described = claims && describeClaims({ ...claims, timeRemaining: timeRemaining! });
      return { state: `TOKEN_STATE_${state}`, claims: described, keyId };
    }
    case "RevokeTokens": {
      const { reason, targets } = request;
      const outcomes = await client.revokeTokens(targets.map(toTarget), { reason });
      return { results: outcomes.map((it) => ({ outcome: `REVOCATION_OUTCOME_${it}` })) };
    }
    case "ListRevocations": {
      const { revocations, nextPageToken } = await client.listRevocations(request);
      return { revocations: revocations.map(describeRevocation), nextPageToken };
    }
    default: {
      const { salt, defaultExpirationHours, keys, ...config } = await client.exportConfig();
      return {
        ...config,
        salt: Buffer.from(salt).toString("base64"),
        defaultExpiresIn: `${defaultExpirationHours * 3600}s`,
        keys: keys.map(({ keyId, state }) => ({ keyId, state: `KEY_STATE_${state}` })),
      };
    }
  }
}

/** A target of the corpus as the client takes it. */
function toTarget(target: Request): RevocationTarget {
  if (target.tokenId) {
    const { tokenId, expiresAt } = target.tokenId;
    return { tokenId, ...(expiresAt && { expiresAt: new Date(expiresAt) }) };
  }
  if (target.user) {
    const { userId, issuedBefore } = target.user;
    return { userId, ...(issuedBefore && { issuedBefore: new Date(issuedBefore) }) };
  }
  const { everythingIssuedBefore } = target;
  return everythingIssuedBefore
    ? { everythingIssuedBefore: new Date(everythingIssuedBefore) }
    : target;
}

function describeRevocation({ userIdSha256, ...rest }: Revocation) {
  return {
    ...rest,
    ...(userIdSha256 && { userIdSha256: Buffer.from(userIdSha256).toString("base64") }),
  };
}

function describeClaims({ ...claims }: Claims & { valid?: true; timeRemaining: Duration }) {
  delete claims.valid;
  return describeTime(claims);
}

function describeTime<T extends { timeRemaining: Duration }>(answer: T) {
  const { seconds, micros } = answer.timeRemaining;
  return {
    ...answer,
    timeRemaining: `${seconds}.${String(micros).padStart(6, "0")}s`,
    timeRemainingText: String(answer.timeRemaining),
  };
}

/** protojson's "3600.5s" as hours. */
function toHours(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : Number(duration.slice(0, -1)) / 3600;
}
