/** A token's claims as JSON, with the names that the service's own JSON has. */
import type { Claims } from "../client/web.js";
import { formatJson } from "./format-json.js";

/** Instants are RFC 3339 in UTC, exact to the microsecond; integers keep every digit. */
export function claimsJson(claims: Claims): string {
  const { tokenId, userId, permissions, audiences, issuedAt, expiresAt, sessionId, keyId } = claims;
  return formatJson({
    tokenId,
    userId,
    permissions: [...permissions],
    issuedAt: String(issuedAt),
    expiresAt: String(expiresAt),
    additionalData: claims.additionalData,
    sessionId,
    keyId,
    ...(audiences && { audiences: [...audiences] }),
  });
}
