/** What is revoked, and when it is. Whoever keeps revocations keeps these entries and asks these rules. */
import type { Claims } from "./claims.js";
import { sha256Hex } from "./primitives.js";
import { MAX_EXPIRES_HOURS } from "./rules.js";
import { hoursToMicros, type Instant } from "./time.js";

/** What an entry hits: one token, a session, a user's sessions up to an instant, or everybody's. */
export type RevocationKind = "TOKEN" | "SESSION" | "USER" | "EVERYTHING";

/** One entry. Instants are microseconds since 1970. */
export interface Revocation {
  readonly kind: RevocationKind;
  /** token_id; session_id; `userKey` of the user_id; empty for everything. */
  readonly id: string;
  /** The cut-off of USER and EVERYTHING: sessions that began then or earlier are revoked. Else 0. */
  readonly issuedBefore: number;
  /** No token that the entry hits is valid later, so it need not be kept. */
  readonly expiresAt: number;
  readonly revokedAt: number;
  /** Why, for people; at most 128 code points, often empty. */
  readonly reason: string;
}

/** What a manager asks of each authentic token. Synchronous: nothing is asked of another process. */
export interface RevocationCheck {
  /** Whether an entry in force hits the token. */
  isRevoked(claims: Claims, keyId: string): boolean;
  /**
   * The latest cut-off that holds for a user, or without one for anybody, in microseconds since 1970;
   * 0 for none. A new session begins later than that, so that no revocation of the past hits it.
   */
  cutOffOf(userId?: string): number;
}

/** The check of a manager that keeps no revocations. */
export const NOTHING_REVOKED: RevocationCheck = {
  isRevoked: () => false,
  cutOffOf: () => 0,
};

/** How long after an instant a token that was issued then can be valid, in microseconds. */
export const LONGEST_LIFETIME = hoursToMicros(MAX_EXPIRES_HOURS);

/** What stands for a user_id in entries, logs and feeds: its SHA-256, in hexadecimal. */
export function userKey(userId: string): string {
  return sha256Hex(userId);
}

/** The first and the last instant of an entry, in microseconds: the years 1 to 9999, as far as doubles go. */
export const FIRST_MICROS = -62_135_596_800_000_000;
export const LAST_MICROS = 253_402_300_800_000_000 - 32;

/**
 * An instant as entries have it, rounded up where a double is too coarse, but not into the year 10000: kept
 * longer, never shorter.
 */
export function toMicros({ seconds, micros }: Instant): number {
  const exact = seconds * 1_000_000 + micros;
  return Number.isSafeInteger(exact) ? exact : Math.min(exact * (1 + Number.EPSILON), LAST_MICROS);
}

/** What names an entry: entries of one name and cut-off are the same, and the set of them is a union. */
export function revocationName({ kind, id, issuedBefore }: Revocation): string {
  return `${kind}:${id}:${issuedBefore}`;
}
