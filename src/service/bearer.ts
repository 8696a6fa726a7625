/** The credential of scheme Bearer in a request's headers (RFC 6750, section 2.1). */

const SCHEME = "bearer";

/**
 * The credential of an `authorization` header, or undefined where its scheme is another one or the header is
 * missing. Read as the guards of all languages read it: the scheme in any case, ended by a space, with
 * spaces and tabs around.
 */
export function bearerOf({
  authorization = "",
}: {
  readonly authorization?: string | undefined;
}): string | undefined {
  const value = trimBlanks(authorization);
  if (value.length < SCHEME.length || value.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    return undefined;
  }
  if (value.length === SCHEME.length) return "";
  return value[SCHEME.length] === " " ? trimBlanks(value.slice(SCHEME.length)) : undefined;
}

/**
 * A field's text without spaces and tabs around it (OWS of RFC 9110, section 5.6.3), and no other space of
 * Unicode: a credential has one spelling. Character by character: a pattern would take its time over what the
 * sender chose the length of.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
