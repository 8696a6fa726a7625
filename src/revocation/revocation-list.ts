/** Pages of what is in force, newest first (AIP-158). */
import type { Revocation } from "../core/index.js";
import type { IndexedRevocation, LiveIndex } from "./live-index.js";
import type { RevocationPage, RevocationQuery } from "./register.js";

/**
 * A page. Its token names the last entry's place in the order of arrival, so a page that begins there
 * holds no entry twice, whatever has been added or has expired since.
 *
 * @throws RangeError for a token that is none
 */
export function listPage(index: LiveIndex, query: RevocationQuery): RevocationPage {
  const { pageSize, pageToken } = query;
  const before = pageToken === undefined ? Number.POSITIVE_INFINITY : parseToken(pageToken);
  const page: IndexedRevocation[] = [];
  const matching: IndexedRevocation[] = [];
  for (const entry of index.values()) {
    if (entry.sequence < before && matches(entry.revocation, query)) matching.push(entry);
  }
  for (let at = matching.length - 1; at >= 0 && page.length < pageSize; at--) {
    page.push(matching[at] as IndexedRevocation);
  }
  const revocations = page.map(({ revocation }) => revocation);
  const last = page.at(-1);
  if (last === undefined || page.length === matching.length) return { revocations };
  return { revocations, nextPageToken: String(last.sequence) };
}

function matches({ kind, id }: Revocation, { userKey, tokenId }: RevocationQuery): boolean {
  if (userKey !== undefined && (kind !== "USER" || id !== userKey)) return false;
  return tokenId === undefined || (kind === "TOKEN" && id === tokenId);
}

function parseToken(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new RangeError("a page token that is none");
  return Number(text);
}
