/** Claims that several requests share, so that none can grant another a permission. */
import type { JsonValue } from "../exact-json.js";
import type { Claims, ValidToken } from "../operations.js";

/** The claims of an answer, frozen through and through. */
export function freezeClaims(valid: ValidToken): Claims {
  const { tokenId, userId, permissions, issuedAt, expiresAt, additionalData } = valid;
  const { sessionId, keyId, audiences } = valid;
  freezeJson(additionalData);
  return Object.freeze({
    tokenId,
    userId,
    permissions: Object.freeze([...permissions]),
    issuedAt: Object.freeze(issuedAt),
    expiresAt: Object.freeze(expiresAt),
    additionalData,
    sessionId,
    keyId,
    ...(audiences && { audiences: Object.freeze([...audiences]) }),
  });
}

function freezeJson(value: JsonValue): void {
  if (typeof value !== "object" || value === null) return;
  Object.values(value).forEach(freezeJson);
  Object.freeze(value);
}
