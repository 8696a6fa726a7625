/** What a batch comes to, for the log and for the caller's rate. */
import type { BatchResult } from "../core/index.js";
import type { BatchVerdicts, Call } from "./call.js";

/** Counts what a batch is about against the caller's rate, one by one; the call has counted as one. */
export function chargeBatch(items: readonly unknown[], call: Call | undefined): void {
  if (items.length > 1) call?.caller.charge?.(items.length - 1);
}

/** Notes how many tokens came to which verdict. */
export function noteVerdicts(
  results: readonly BatchResult[],
  call: Call | undefined,
): readonly BatchResult[] {
  if (call) call.verdicts = countVerdicts(results);
  return results;
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
