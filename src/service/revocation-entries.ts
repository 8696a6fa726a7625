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
 * @returns gives them back, where they could not be written
 * @throws ConnectError RESOURCE_EXHAUSTED
 */
export function chargeEntries(
  entries: readonly Revocation[],
  manager: SecureTokenManager,
  call: Call | undefined,
): () => void {
  const { heldToken, chargeEntry } = call?.caller ?? {};
  if (heldToken === undefined || chargeEntry === undefined) return () => {};
  const found = manager.introspectToken(heldToken);
  // One that is revoked asks again, for what is in force: its own entry, or its session's.
  if (found.state !== "ACTIVE") return () => {};
  const kinds = entries.map(({ kind }) => kind);
  // Who ends the session needs no room for one of its tokens beside it.
  const charged = kinds.includes("SESSION") ? (["SESSION"] as const) : kinds;
  const { sessionId } = found.claims;
  const undo = charged.map((kind) => chargeEntry(kind, sessionId));
  return () => {
    for (const each of undo) each();
  };
}
