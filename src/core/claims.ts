/** A token's claims, and the payload that is written of them. */
import type { JsonObject } from "./exact-json.js";
import { formatNaive, type Instant } from "./time.js";

/** The version that every token carries. */
export const TOKEN_VERSION = "1.0";
/** Levels of `additional_data`, itself counted. */
export const MAX_ADDITIONAL_DATA_DEPTH = 32;

/** What an authentic token holds. */
export interface Claims {
  /** Identifies the token in logs and revocations. Not secret. */
  readonly tokenId: string;
  /** Whom the token speaks for. */
  readonly userId: string;
  /** What the token permits. */
  readonly permissions: readonly string[];
  /** When it was issued. */
  readonly issuedAt: Instant;
  /** The last instant at which it is valid. */
  readonly expiresAt: Instant;
  /** What else it carries. Integers beyond ±(2^53 - 1) are `bigint`. */
  readonly additionalData: JsonObject;
  /**
   * The JSON text of `additionalData`, digit for digit. Only where it holds what JavaScript's own
   * JSON or a google.protobuf.Struct would alter: a big integer, or a member named `__proto__`.
   */
  readonly additionalDataJson?: string;
  /** The token_id of the first token of the session. */
  readonly sessionId: string;
  /** When the first token of the session was issued. */
  readonly sessionStartedAt: Instant;
  /**
   * The last instant at which a token of the session may be valid, as its issuer's grant bounds it.
   * Undefined where the issuer had no bound, and in tokens of the Python library.
   */
  readonly sessionExpiresAt?: Instant;
  /** False where the issuer does not let the token's holder refresh it. Undefined: it does. */
  readonly holderRefresh?: false;
  /** The services that the token is meant for, at least one. Undefined: it names none. */
  readonly audiences?: readonly string[];
}

/** A value whose members may be set while it is put together. */
export type Writable<T> = { -readonly [name in keyof T]: T[name] };

/** Claims as they are written: `additional_data` is already JSON. */
export interface NewClaims extends Omit<Claims, "additionalData" | "additionalDataJson"> {
  /** Compact JSON of an object. */
  readonly additionalDataJson: string;
}

/**
 * The payload's text, in the order and spelling of the Python library. The session is written
 * only where it is not the token's own, its bounds and audiences only where there are any: a first
 * token without them has the size of the Python library's, which ignores these members.
 */
export function writeClaims(claims: NewClaims): string {
  const session =
    claims.sessionId === claims.tokenId
      ? ""
      : `,"session_id":${JSON.stringify(claims.sessionId)},"session_started_at":"${formatNaive(claims.sessionStartedAt)}"`;
  const end =
    claims.sessionExpiresAt === undefined
      ? ""
      : `,"session_expires_at":"${formatNaive(claims.sessionExpiresAt)}"`;
  const holder = claims.holderRefresh === false ? ',"holder_refresh":false' : "";
  const audiences = claims.audiences ? `,"audiences":${JSON.stringify(claims.audiences)}` : "";
  return (
    `{"token_id":${JSON.stringify(claims.tokenId)},"user_id":${JSON.stringify(claims.userId)}` +
    `,"permissions":${JSON.stringify(claims.permissions)}` +
    `,"issued_at":"${formatNaive(claims.issuedAt)}","expires_at":"${formatNaive(claims.expiresAt)}"` +
    `,"additional_data":${claims.additionalDataJson},"version":"${TOKEN_VERSION}"${session}${end}${holder}${audiences}}`
  );
}
