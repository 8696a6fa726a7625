/** How a POSIX shell is given a text. */
import { visibleJson } from "../visible-text.js";
import type { CallText, SecretPlace } from "./calls.js";

/** A word that a POSIX shell takes as it is. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** JSON in which a here-document expands nothing, nor an interactive shell its history. */
export function inHeredoc(json: string): string {
  return json.replaceAll("!", "\\u0021").replace(/[\\$`]/g, "\\$&");
}

/**
 * A request in a here-document, where the shell puts in what is secret. `quote` writes JSON, such as a
 * quotation mark, so that it arrives as it is.
 */
export function requestInHeredoc(
  { secret, fields }: CallText,
  quote: (json: string) => string,
): string {
  const json = visibleJson(fields);
  if (secret === "none") return quote(json);
  const [before, after] = AROUND[secret];
  const rest = json === "{}" ? "}" : `,${json.slice(1)}`;
  return `${quote(`{${before}`)}${expansion(secret, quote)}${quote(`${after}${rest}`)}`;
}

/** What stands before and behind the secret. */
const AROUND: Readonly<Record<Exclude<SecretPlace, "none">, readonly [string, string]>> = {
  token: ['"token":"', '"'],
  target: ['"targets":[{"token":"', '"}]'],
  tokens: ['"tokens":["', '"]'],
};

function expansion(secret: SecretPlace, quote: (json: string) => string): string {
  if (secret !== "tokens") return "$TOKEN";
  // Tokens hold no character that sed or JSON would take for another. To sed two backslashes are one, as to
  // a here-document.
  return `$(printf %s "$TOKENS" | sed 's/,/${quote('","')}/g')`;
}
