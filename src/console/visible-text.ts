/** Text of others, shown so that it looks like what it is. */

/**
 * Controls and format characters: some turn what follows round, some show nothing at all. Not the joiners,
 * which Persian and emoji are written with.
 */
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with each hidden character in its place as `[U+202E]`. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => `[${codePointName(character)}]`);
}

/** JSON, which is TypeScript too, with each hidden character as an escape. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(HIDDEN, (character) =>
    Array.from({ length: character.length }, (_, i) => escaped(character.charCodeAt(i))).join(""),
  );
}

function codePointName(character: string): string {
  const hex = (character.codePointAt(0) as number).toString(16).toUpperCase();
  return `U+${hex.padStart(4, "0")}`;
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
