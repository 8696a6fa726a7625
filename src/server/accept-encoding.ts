/**
 * Reads lists in request headers. Anybody may send these, and 16 KiB of them, so each list is read in one pass:
 * a pattern such as `\\s*;\\s*` takes the square of the spaces that it meets.
 */

/** Accept-Encoding (RFC 9110, section 12.5.3), whose weights here only tell yes from no. */
export function accepts(header: string, encoding: string): boolean {
  return header.split(",").some((item) => {
    const [name = "", weight = ""] = item.split(";");
    return name.trim().toLowerCase() === encoding && !isZero(weight.trim().toLowerCase());
  });
}

/** If-None-Match (RFC 9110, section 13.1.2): the weak comparison. */
export function listsTag(header: string | undefined, etag: string): boolean {
  return (header ?? "").split(",").some((item) => {
    const tag = item.trim();
    return tag === "*" || tag === etag || tag === `W/${etag}`;
  });
}

/** `q=0`, with up to three zeros behind the point. */
function isZero(weight: string): boolean {
  return weight === "q=0" || /^q=0\.0{0,3}$/.test(weight);
}
