/** Text as a JSON string. */

/** What a text may hold and still be JSON between quotes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** As `JSON.stringify`, in half the time for what needs no escape. */
export function quoteJson(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** The same with escapes for all that is not ASCII, so that it has as many bytes as characters. */
export function quoteAsciiJson(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(/[^ -~]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
