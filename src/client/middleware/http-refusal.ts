/** How a refusal is written as an answer of HTTP. */
import type { TokenGuard } from "./guard.js";
import type { Refusal } from "./refusals.js";

/** The headers of the answer to a refused request. */
export function refusalHeaders({ challenge, retryAfter }: Refusal): Record<string, string> {
  return {
    "cache-control": "no-store",
    "content-type": "application/json",
    ...(challenge !== undefined && { "www-authenticate": challenge }),
    ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
  };
}

/** The body of the answer to a refused request; empty for HEAD. */
export function refusalBody({ error, reason, message }: Refusal, method: string): string {
  return method === "HEAD" ? "" : JSON.stringify({ error, reason, message });
}

/**
 * Answers a refused request: by the program's own function where there is one, else, or where that
 * throws before an answer has begun, by `fixed`.
 */
export async function answerRefusal(
  guard: TokenGuard,
  own: (() => unknown) | undefined,
  hasBegun: () => boolean,
  fixed: () => void,
): Promise<void> {
  try {
    if (own) {
      await own();
      return;
    }
  } catch (error) {
    guard.report(error);
    if (hasBegun()) return;
  }
  fixed();
}
