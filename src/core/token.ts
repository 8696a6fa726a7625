/** A token's text: base64url over the base64url of a Fernet token, as the Python library writes it. */
import { decodeTwice, encodeTwice } from "./base64url.js";
import { type Claims, type NewClaims, type Writable, writeClaims } from "./claims.js";
import { audienceMismatch, emptyToken, malformedToken, type TokenSubject } from "./errors.js";
import { type FernetKey, openFernet, sealFernet } from "./fernet.js";
import type { KeysetKey } from "./keyset.js";
import { copyOptional } from "./new-content.js";
import type { Introspection, ValidToken } from "./operations.js";
import { decodeUtf8 } from "./primitives.js";
import { readClaims } from "./read-claims.js";
import type { RevocationCheck } from "./revocations.js";
import { MAX_TOKEN_LENGTH } from "./rules.js";
import { Duration, difference, type Instant, isAfter } from "./time.js";

/** What Python's `str.strip` takes for white space: unlike JavaScript's `trim`, no BOM. */
const BLANK =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Python strips these four controls too.
  /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/** An authentic token, opened. */
export interface OpenedToken {
  readonly claims: Claims;
  /** The text that the claims were read from. */
  readonly payload: string;
  /** The key that the token is made with. */
  readonly keyId: string;
  /** The present at which it was opened. */
  readonly now: Instant;
  /** The audience that was required, and which the token names. Undefined: none was. */
  readonly checkedAudience?: string;
}

/** Makes a token. `iv` is 16 unpredictable bytes. */
export function sealToken(key: FernetKey, claims: NewClaims, iv: Buffer): string {
  return encodeTwice(sealFernet(key, writeClaims(claims), claims.issuedAt.seconds, iv));
}

/**
 * Opens an authentic token, expired or not, with the first of `keys` that fits. At most 8,192
 * characters are looked at; both layers must be spelled canonically.
 * @throws InvalidTokenError
 */
export function openToken(keys: readonly KeysetKey[], text: unknown, now: Instant): OpenedToken {
  if (typeof text !== "string") throw emptyToken();
  const bytes = text.length <= MAX_TOKEN_LENGTH ? decodeTwice(text) : undefined;
  const fernet = bytes && openFernet(keys, bytes, now.seconds);
  if (!fernet) throw BLANK.test(text) ? emptyToken() : malformedToken();
  const payload = decodeUtf8(fernet.plaintext);
  if (payload === undefined) throw malformedToken();
  const claims = readClaims(payload, fernet.timestamp, now);
  return { claims, payload, keyId: fernet.key.keyId, now };
}

/** A valid token's claims as they are told; member by member, for speed. */
export function describeValid({ claims, keyId, now, checkedAudience }: OpenedToken): ValidToken {
  const { expiresAt, additionalDataJson } = claims;
  const valid: Writable<ValidToken> = {
    valid: true,
    tokenId: claims.tokenId,
    userId: claims.userId,
    permissions: claims.permissions,
    issuedAt: claims.issuedAt,
    expiresAt,
    additionalData: claims.additionalData,
    sessionId: claims.sessionId,
    sessionStartedAt: claims.sessionStartedAt,
    timeRemaining: difference(expiresAt, now),
    keyId,
  };
  copyOptional(claims, valid);
  if (checkedAudience !== undefined) valid.checkedAudience = checkedAudience;
  return additionalDataJson === undefined ? valid : { ...valid, additionalDataJson };
}

/**
 * The token, checked for the first of the required audiences that it names.
 * @throws InvalidTokenError when it names none of them.
 */
export function requireAudience(opened: OpenedToken, required: readonly string[]): OpenedToken {
  const { audiences = [] } = opened.claims;
  const checkedAudience = required.find((audience) => audiences.includes(audience));
  if (checkedAudience === undefined) throw audienceMismatch(required, subjectOf(opened));
  return { ...opened, checkedAudience };
}

/** An authentic token's state. */
export function describeState(
  { claims, keyId, now }: OpenedToken,
  revocations: RevocationCheck,
): Introspection {
  const expired = isAfter(now, claims.expiresAt);
  return {
    state: expired ? "EXPIRED" : revocations.isRevoked(claims, keyId) ? "REVOKED" : "ACTIVE",
    claims,
    timeRemaining: expired ? new Duration(0, 0) : difference(claims.expiresAt, now),
    keyId,
  };
}

/** Whom an error about an authentic token names in logs. */
export function subjectOf({ claims: { tokenId, userId }, keyId }: OpenedToken): TokenSubject {
  return { tokenId, userId, keyId };
}
