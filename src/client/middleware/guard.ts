/** Who may pass: the one decision that every interceptor and middleware applies. */
import { TokenError } from "../errors.js";
import type { JsonValue } from "../exact-json.js";
import type { Claims, ValidToken } from "../operations.js";
import type { Duration } from "../time.js";
import type { SecureTokenClient } from "../token-client.js";
import { readBearer } from "./bearer.js";
import { ClaimsCache, type ClaimsCacheOptions } from "./claims-cache.js";
import { INVALID_TOKEN, PERMISSION_MISSING, type Refusal, UNAVAILABLE } from "./refusals.js";
import type { Requirement } from "./requirement.js";

/** How a guard asks. */
export interface TokenGuardOptions {
  /** Keeps valid answers for a few seconds. A token revoked meanwhile still passes. Default: off. */
  readonly cache?: ClaimsCacheOptions | undefined;
  /**
   * Is told why the token service could not say, such as a refusal of the client's own API key; whoever
   * sent the request never is. Must not throw. Default: nobody is told.
   */
  readonly onFault?: ((error: unknown) => void) | undefined;
}

/** A request may pass, with claims unless it is open to all; or is refused. */
export type Admission =
  | { readonly claims?: Claims | undefined; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly claims?: undefined };

/** Decides about requests. */
export interface TokenGuard {
  /**
   * Decides by the values of a request's `Authorization` headers and by what it requires; undefined is
   * refused. When `signal` fires, nobody waits for the answer any more.
   */
  admit(
    authorization: readonly string[],
    requirement: Requirement | undefined,
    signal?: AbortSignal,
  ): Promise<Admission>;
}

/**
 * A guard that asks the client's token service about every token. A token is checked when a request
 * begins; one that expires during a long stream does not end it.
 * @throws TypeError for a cache whose time or size is out of range.
 */
export function createTokenGuard(
  client: Pick<SecureTokenClient, "validateToken">,
  options: TokenGuardOptions = {},
): TokenGuard {
  const cache = options.cache && new ClaimsCache(options.cache);
  const { onFault = () => {} } = options;

  async function validate(token: string, signal?: AbortSignal): Promise<Claims> {
    const kept = cache?.get(token);
    if (kept) return kept;
    const asked = cache?.now();
    const valid = await client.validateToken(token, { signal });
    const claims = toFrozenClaims(valid);
    if (cache && asked) cache.put(token, claims, asked, toMillis(valid.timeRemaining));
    return claims;
  }

  return {
    async admit(authorization, requirement, signal) {
      if (requirement === undefined) return { refusal: PERMISSION_MISSING };
      if (requirement === "open") return {};
      const { token, refusal } = readBearer(authorization);
      if (refusal) return { refusal };
      let claims: Claims;
      try {
        claims = await validate(token, signal);
      } catch (error) {
        if (error instanceof TokenError) return { refusal: INVALID_TOKEN };
        if (!signal?.aborted) onFault(error);
        return { refusal: UNAVAILABLE };
      }
      const missing = requirement.some((permission) => !claims.permissions.includes(permission));
      return missing ? { refusal: PERMISSION_MISSING } : { claims };
    },
  };
}

/** Frozen, for requests with the same token may share them: none can grant another a permission. */
function toFrozenClaims(valid: ValidToken): Claims {
  const { tokenId, userId, permissions, issuedAt, expiresAt, additionalData } = valid;
  freezeJson(additionalData);
  return Object.freeze({
    tokenId,
    userId,
    permissions: Object.freeze([...permissions]),
    issuedAt: Object.freeze(issuedAt),
    expiresAt: Object.freeze(expiresAt),
    additionalData,
  });
}

function freezeJson(value: JsonValue): void {
  if (typeof value !== "object" || value === null) return;
  Object.values(value).forEach(freezeJson);
  Object.freeze(value);
}

/** Rounded down, so that nothing is kept for longer than the token lives. */
function toMillis({ seconds, micros }: Duration): number {
  return seconds * 1000 + Math.floor(micros / 1000);
}
