/** Text as a JSON string. */

/** What a text may hold and still be JSON between quotes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** As `JSON.stringify`, in half the time for what needs no escape. */
export function quoteJson(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
