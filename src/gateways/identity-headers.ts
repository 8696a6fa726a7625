/** What an application behind a gateway is told of a valid token, as headers. */
import type { ValidToken } from "../core/index.js";

/** The headers that a gateway sets, and must never pass on from outside. */
export const IDENTITY_HEADERS = [
  "x-user-id",
  "x-permissions",
  "x-token-id",
  "x-session-id",
] as const;

/** Visible ASCII without what separates or escapes: `%`, the comma and the quotation mark. */
const ESCAPED = /[^!#$&'()*+\-./0-9:;<=>?@A-Z[\\\]^_`a-z{|}~]/gu;
/** A half of a surrogate pair, which UTF-8 cannot tell. */
const REPLACEMENT = "\ufffd";

/**
 * All four headers, in ASCII: every other character of a value is percent-encoded UTF-8, so that
 * `decodeURIComponent` gives the value back; permissions are separated by one space. A token of
 * 8,192 characters holds 4.5 KB, each octet of which comes to three characters at most: all four stay below 14 KiB.
 * None is left out, so that a gateway which replaces what it is given has a value for each; that of a token without
 * permissions is empty.
 */
export function identityHeaders({
  userId,
  permissions,
  tokenId,
  sessionId,
}: ValidToken): Record<(typeof IDENTITY_HEADERS)[number], string> {
  return {
    "x-user-id": escapeValue(userId),
    "x-permissions": permissions.map(escapeValue).join(" "),
    "x-token-id": escapeValue(tokenId),
    "x-session-id": escapeValue(sessionId),
  };
}

function escapeValue(text: string): string {
  return text.replace(ESCAPED, (char) =>
    encodeURIComponent(char.isWellFormed() ? char : REPLACEMENT),
  );
}
