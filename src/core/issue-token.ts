/** A new token from what it shall hold. */
import type { Claims, NewClaims, Writable } from "./claims.js";
import type { KeysetKey } from "./keyset.js";
import { copyOptional, type OptionalClaims } from "./new-content.js";
import type { IssuedToken } from "./operations.js";
import { checkTokenLength } from "./rules.js";
import type { Instant } from "./time.js";
import { sealToken } from "./token.js";

/** The random bytes that a token takes. */
export const TOKEN_ENTROPY = 40;
/** Those of them that become its token_id; the others are its IV. */
const TOKEN_ID_BYTES = 24;

type Session = "sessionId" | "sessionStartedAt";

/** What a new token holds. Without a session it begins one of its own. */
export type NewContent = Pick<
  Claims,
  "userId" | "permissions" | "additionalData" | "additionalDataJson"
> &
  Partial<Pick<Claims, Session>> &
  OptionalClaims;

/**
 * Issues a token over content that holds every rule. `additionalDataJson` is what is written of
 * `content.additionalData`; `entropy` is `TOKEN_ENTROPY` unpredictable bytes.
 * @throws TokenError when the finished token would be too long.
 */
export function issueToken(
  key: KeysetKey,
  content: NewContent,
  additionalDataJson: string,
  issuedAt: Instant,
  expiresAt: Instant,
  entropy: Buffer,
): IssuedToken {
  const tokenId = entropy.toString("base64url", 0, TOKEN_ID_BYTES);
  const { userId, permissions, additionalData } = content;
  const { sessionId = tokenId, sessionStartedAt = issuedAt } = content;
  // Member by member: spreading one object into the next takes longer than the encryption.
  const claims: Writable<NewClaims> = {
    tokenId,
    userId,
    permissions,
    issuedAt,
    expiresAt,
    additionalDataJson,
    sessionId,
    sessionStartedAt,
  };
  copyOptional(content, claims);
  const token = sealToken(key, claims, entropy.subarray(TOKEN_ID_BYTES));
  checkTokenLength(token, { permissions, additionalDataJson, audiences: content.audiences });
  const issued: Writable<IssuedToken> = {
    token,
    tokenId,
    userId,
    permissions,
    issuedAt,
    expiresAt,
    additionalData,
    sessionId,
    sessionStartedAt,
    keyId: key.keyId,
  };
  copyOptional(content, issued);
  const exact = content.additionalDataJson;
  return exact === undefined ? issued : { ...issued, additionalDataJson: exact };
}
