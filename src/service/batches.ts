/** What a batch costs, takes and comes to: the caller's rate, turns of the event loop, the log. */
import type { HandlerContext } from "@connectrpc/connect";
import type { BatchResult, PlannedRevocation, RevocationTarget } from "../core/index.js";
import type { BatchVerdicts, Call } from "./call.js";
import { TURNS, type Work } from "./fair-turns.js";

/** Counts what a batch is about against the caller's rate, one by one; the call has counted as one. */
export function chargeBatch(items: readonly unknown[], call: Call | undefined): void {
  if (items.length > 1) call?.caller.charge?.(items.length - 1);
}

/** Works on a batch in turns with the batches of other callers; see `FairTurns.run`. */
export function inTurns<T, R>(
  work: Pick<Work<T, R>, "items" | "step" | "size">,
  call: Call | undefined,
  context: HandlerContext,
): readonly R[] | Promise<readonly R[]> {
  const owner = call?.workOwner?.() ?? { network: "", connection: context };
  return TURNS.run({ ...work, owner, signal: () => context.signal });
}

/** How many characters texts have together. */
export function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

/** Notes how many tokens came to which verdict. */
export function noteVerdicts(
  results: readonly BatchResult[],
  call: Call | undefined,
): readonly BatchResult[] {
  if (call) call.counts = countVerdicts(results);
  return results;
}

/** Notes how many targets came to which outcome, once the revocations hold. */
export function noteOutcomes(
  targets: readonly RevocationTarget[],
  planned: readonly PlannedRevocation[],
  call: Call | undefined,
): void {
  if (!call) return;
  const count = (outcome: PlannedRevocation["outcome"]) =>
    planned.filter((one) => one.outcome === outcome).length;
  call.counts = {
    targets: targets.length,
    revoked: count("REVOKED"),
    already_expired: count("ALREADY_EXPIRED"),
    not_authentic: count("NOT_AUTHENTIC"),
    everything: targets.filter((target) => "everythingIssuedBefore" in target).length,
  };
}

function countVerdicts(results: readonly BatchResult[]): BatchVerdicts {
  let [valid, expired, revoked] = [0, 0, 0];
  for (const result of results) {
    if ("claims" in result) valid++;
    else if (result.error.reason === "TOKEN_EXPIRED") expired++;
    else if (result.error.reason === "TOKEN_REVOKED") revoked++;
  }
  const tokens = results.length;
  return { tokens, valid, expired, revoked, invalid: tokens - valid - expired - revoked };
}
