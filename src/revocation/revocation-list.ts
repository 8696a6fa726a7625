/** Pages of what is in force, newest first (AIP-158). */
import type { IndexedRevocation, LiveIndex } from "./live-index.js";
import type { RevocationPage, RevocationQuery } from "./register.js";

/**
 * A page. Its token names the last entry's place in the order of arrival, so a page that begins there
 * holds no entry twice, whatever has been added or has expired since. No more entries are looked at than
 * the page holds, and one: this takes the process's only thread.
 *
 * @throws RangeError for a token that is none
 */
export function listPage(index: LiveIndex, query: RevocationQuery): RevocationPage {
  const { pageSize, pageToken } = query;
  const before = pageToken === undefined ? Number.POSITIVE_INFINITY : parseToken(pageToken);
  const page: IndexedRevocation[] = [];
  for (const entry of candidates(index, query, before)) {
    if (page.length === pageSize) return { ...inPage(page), nextPageToken: tokenAfter(page) };
    page.push(entry);
  }
  return inPage(page);
}

/** The entries that a query is about, newest first. A token and a user have one entry each, at most. */
function candidates(
  index: LiveIndex,
  { tokenId, userKey }: RevocationQuery,
  before: number,
): Iterable<IndexedRevocation> {
  if (tokenId === undefined && userKey === undefined) return index.newestBefore(before);
  // An entry is of a token or of a user.
  if (tokenId !== undefined && userKey !== undefined) return [];
  const entry =
    tokenId === undefined ? index.get("USER", userKey as string) : index.get("TOKEN", tokenId);
  return entry && entry.sequence < before ? [entry] : [];
}

function inPage(page: readonly IndexedRevocation[]): RevocationPage {
  return { revocations: page.map(({ revocation }) => revocation) };
}

function tokenAfter(page: readonly IndexedRevocation[]): string {
  return String(page.at(-1)?.sequence ?? 0);
}

function parseToken(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new RangeError("a page token that is none");
  return Number(text);
}
