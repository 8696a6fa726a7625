/** The entries that a call writes, and what they count. */
import {
  type PlannedRevocation,
  type Revocation,
  revocationName,
  type SecureTokenManager,
} from "../core/index.js";
import type { Call } from "./call.js";

/** The entries of a plan, each once: targets of one token are one entry, and Redis keeps what it is told twice. */
export function distinctEntries(planned: readonly PlannedRevocation[]): readonly Revocation[] {
  const entries = new Map<string, Revocation>();
  for (const { revocation } of planned) {
    if (!revocation) continue;
    entries.set(`${revocationName(revocation)}:${revocation.expiresAt}`, revocation);
  }
  return [...entries.values()];
}

/**
 * Counts entries that a holder's call writes against the rate of its session; other callers are trusted with theirs.
 * @throws ConnectError RESOURCE_EXHAUSTED
 */
export function chargeEntries(
  entries: readonly Revocation[],
  manager: SecureTokenManager,
  call: Call | undefined,
): void {
  const held = call?.caller.heldToken;
  if (held === undefined) return;
  const found = manager.introspectToken(held);
  // One that is revoked asks again, for what is in force: its own entry, or its session's.
  if (found.state !== "ACTIVE") return;
  for (const { kind } of entries) call?.caller.chargeEntry?.(kind, found.claims.sessionId);
}
