/** Many tokens as people paste them, and what the server says of each. */
import { type BatchResult, TokenError, TokenExpiredError } from "../client/web.js";
import { readPasted } from "./pasted-token.js";

/** The most tokens of one call. */
export const MAX_BATCH = 1000;
/** The most bytes of one call. */
const MAX_BYTES = 1024 * 1024;

/** One token to a line, or with commas between; lines without one are left out. */
export function readTokens(text: string): readonly string[] {
  return text
    .split(/[\n,]/)
    .map((line) => readPasted(line).token)
    .filter((token) => token !== "");
}

/** What keeps these tokens from being asked about; undefined where nothing does. */
export function batchFault(tokens: readonly string[]): string | undefined {
  if (tokens.length > MAX_BATCH) {
    return `At most ${MAX_BATCH} tokens at once: these are ${tokens.length}`;
  }
  const bytes = new TextEncoder().encode(JSON.stringify({ tokens })).length;
  return bytes > MAX_BYTES ? "At most 1 MiB of tokens at once: 127 of the longest" : undefined;
}

/** What became of one token of a batch. */
export interface Verdict {
  readonly state: "ACTIVE" | "EXPIRED" | "REVOKED" | "INVALID";
  /** Whose it is; empty where nothing of the token can be believed. */
  readonly userId: string;
  readonly permissions: readonly string[];
  /** Until when it is or was valid, or why the server refuses it. */
  readonly detail: string;
}

/** The verdict of the answer about a token. */
export function toVerdict({ claims, error }: BatchResult, token: string): Verdict {
  if (claims !== undefined) {
    const { userId, permissions, expiresAt } = claims;
    return { state: "ACTIVE", userId, permissions, detail: `until ${expiresAt}` };
  }
  const nobody = { userId: "", permissions: [] };
  if (error instanceof TokenExpiredError) {
    return { state: "EXPIRED", ...nobody, detail: `at ${error.expiredAt}` };
  }
  const reason = error instanceof TokenError ? error.reason : "";
  if (reason === "TOKEN_REVOKED") return { state: "REVOKED", ...nobody, detail: reason };
  return { state: "INVALID", ...nobody, detail: readPasted(token).fault ?? reason };
}
