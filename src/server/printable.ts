/** Text from elsewhere, made safe for a terminal and for a log that people read. */

/** Controls, formats (bidirectional ones among them), what is unassigned, and line separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** A name that cannot be taken for two, nor for anything else. */
const PLAIN = /^[\p{L}\p{N}_.:/@*+=~-]+$/u;

/**
 * A text on one line without anything that a terminal acts on: `\n`, `\u{1b}`, `\u{202e}` stand for
 * what is not printable, `\\` for a backslash, so that no two texts look alike.
 */
export function printable(text: string): string {
  return text.replaceAll("\\", "\\\\").replace(UNPRINTABLE, (char) => {
    if (char === "\n") return "\\n";
    return `\\u{${(char.codePointAt(0) as number).toString(16)}}`;
  });
}

/** Whether a text holds nothing that a terminal acts on. */
export function isPrintable(text: string): boolean {
  return text.search(UNPRINTABLE) < 0;
}

/** Names in a list. One that holds anything but letters, digits and `_.:/@*+=~-` stands in quotes. */
export function printableList(names: readonly string[]): string {
  return names.map((name) => (PLAIN.test(name) ? name : printableJson(name))).join(", ");
}

/** JSON in which nothing is unprintable; integers beyond ±(2^53 - 1) as text, as protobuf writes them. */
export function printableJson(value: unknown): string {
  const text = JSON.stringify(value, (_name, item) =>
    typeof item === "bigint" ? String(item) : item,
  );
  // UTF-16 units one by one: JSON has no other escape.
  return text.replace(UNPRINTABLE, (char) =>
    [...Array(char.length).keys()]
      .map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
