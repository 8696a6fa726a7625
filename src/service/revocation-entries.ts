/** The entries that a call writes, and what they count. */
import {
  type PlannedRevocation,
  type Revocation,
  type RevocationKind,
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
 * Counts entries that a holder's call writes against the rate of its session, before anything is done for the call; other
 * callers are trusted with theirs.
 * @param kinds what the entries hit
 * @param write does what the call asks for, and writes them; where it fails they are given back
 * @throws ConnectError RESOURCE_EXHAUSTED; what `write` throws
 */
export async function chargeEntries<T>(
  kinds: readonly RevocationKind[],
  manager: SecureTokenManager,
  call: Call | undefined,
  write: () => Promise<T>,
): Promise<T> {
  const giveBack = takeEntries(kinds, manager, call);
  try {
    return await write();
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** @returns gives them back */
function takeEntries(
  kinds: readonly RevocationKind[],
  manager: SecureTokenManager,
  call: Call | undefined,
): () => void {
  const { heldToken, chargeEntry } = call?.caller ?? {};
  if (heldToken === undefined || chargeEntry === undefined) return () => {};
  const found = manager.introspectToken(heldToken);
  // One that is revoked asks again, for what is in force: its own entry, or its session's.
  if (found.state !== "ACTIVE") return () => {};
  // Who ends the session needs no room for one of its tokens beside it.
  const charged = kinds.includes("SESSION") ? (["SESSION"] as const) : kinds;
  const { sessionId } = found.claims;
  const undo = charged.map((kind) => chargeEntry(kind, sessionId));
  return () => {
    for (const each of undo) each();
  };
}
