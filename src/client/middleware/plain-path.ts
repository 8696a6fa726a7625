/** Paths that every server, proxy and framework reads alike. */

/** Encoded NUL, percent sign, dot, slash, semicolon and backslash. */
const AMBIGUOUS_ESCAPE = /%(?:00|25|2e|2f|3b|5c)/i;

/**
 * Whether a path (without its query) has one reading. One with an empty segment, a dot segment, a
 * backslash, a semicolon, a NUL, or one of these characters or a percent sign in encoded form has several:
 * a proxy or a router may take it for another path than a rule does.
 */
export function isPlainPath(path: string): boolean {
  if (!path.startsWith("/") || path.includes("//")) return false;
  if (path.includes("\\") || path.includes(";") || path.includes("\0")) return false;
  if (path.includes("/./") || path.includes("/../")) return false;
  if (path.endsWith("/.") || path.endsWith("/..")) return false;
  return !AMBIGUOUS_ESCAPE.test(path);
}

/** The path of a request target: what stands before its query. */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}
