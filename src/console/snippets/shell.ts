/** How a POSIX shell is given a text. */

/** A word that a POSIX shell takes as it is. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** JSON in which a here-document expands nothing, nor an interactive shell its history. */
export function inHeredoc(json: string): string {
  return json.replaceAll("!", "\\u0021").replace(/[\\$`]/g, "\\$&");
}
