/** Kinds of settings: how their text is read, and how JSON Schema describes it. */

/** The part of a row that its kind decides. */
export interface Kind<T> {
  readonly parse: (text: string) => T;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** One of several words, upper or lower case. */
export function oneOf<Word extends string>(...words: Word[]): Kind<Word> {
  const rule = words.length <= 2 ? words.join(" or ") : `one of ${words.join(", ")}`;
  return {
    parse(text) {
      const word = words.find((candidate) => candidate === text.toLowerCase());
      if (word === undefined) throw new Error(`must be ${rule}`);
      return word;
    },
    schema: { pattern: `^(${words.map(anyCase).join("|")})$` },
  };
}

/** `on` or `off`, upper or lower case. */
export const onOrOff: Kind<boolean> = {
  parse: (text) => oneOf("on", "off").parse(text) === "on",
  schema: oneOf("on", "off").schema,
};

/** A whole number in decimal digits, `least` to `most`. */
export function wholeNumber(least: number, most: number): Kind<number> {
  return {
    parse(text) {
      const number = Number(text);
      if (!/^\d+$/.test(text) || number < least || number > most) {
        throw new Error(`must be a whole number from ${least} to ${most}`);
      }
      return number;
    },
    schema: { pattern: "^[0-9]+$" },
  };
}

/** A path; whether there is such a file is seen when it is read. */
export const filePath: Kind<string> = {
  parse(text) {
    // DATA_DIR=~/data would make a folder of that name.
    if (text.startsWith("~")) {
      throw new Error("must be a path without ~, which shells replace and programs do not");
    }
    return text;
  },
  schema: { pattern: "^[^~]" },
};

/** A pattern for a word in any case: JSON Schema's patterns have no flags. */
function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}
