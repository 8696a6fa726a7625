/** Entries for tests. */
import type { Revocation } from "../../src/core/index.js";

/** An instant far from now on which tests of revocations turn, in microseconds since 1970. */
export const NOON = 1_800_000_000_000_000;

/** A token's entry that expires an hour after `NOON`. */
export function tokenEntry(id: string, facts: Partial<Revocation> = {}): Revocation {
  const expiresAt = NOON + 3_600_000_000;
  return { kind: "TOKEN", id, issuedBefore: 0, expiresAt, revokedAt: NOON, reason: "", ...facts };
}

/** A user's cut-off that expires an hour after `NOON`. */
export function userEntry(id: string, issuedBefore: number): Revocation {
  return tokenEntry(id, { kind: "USER", issuedBefore });
}
