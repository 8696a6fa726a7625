/** The text of a file that people write. */

/** Decodes UTF-8, without the byte order mark that some editors put in front of it and most programs trip over. */
export function fileText(content: Buffer | string): string {
  return content.toString().replace(/^\ufeff/, "");
}
