/** Reads JSON files of a configuration strictly, and says where they are wrong. */
import { isUtf8 } from "node:buffer";
import { endOfString, parseStrictJson } from "../core/strict-json.js";
import { MOST_UNKNOWN_NAMES, nearestName, shownName } from "../core/unknown-names.js";
import { fileText } from "./file-text.js";

/** More levels than any of our files has. */
const MAX_DEPTH = 16;

/**
 * The value of a file.
 * @throws Error that follows a file's name; it names a name that stands twice, and holds no value.
 */
export function parseJsonFile(content: Buffer | string): unknown {
  if (typeof content !== "string" && !isUtf8(content)) throw new Error("must be UTF-8");
  const text = fileText(content);
  const parsed = parseStrictJson(text, MAX_DEPTH);
  if (parsed) return parsed.value;
  if (text.trim() === "") throw new Error("is empty");
  try {
    JSON.parse(text);
  } catch {
    throw new Error("must be JSON");
  }
  const duplicate = findDuplicate(text);
  throw new Error(
    duplicate === undefined
      ? "must be JSON without lone surrogates, endless numbers and deep nesting"
      : `holds ${duplicate} twice`,
  );
}

/**
 * A line for every member of `object` that is not among `known`, with the known one that is meant; of
 * more than ten, the number of the others. Names are shown in JSON quotes, and cut.
 */
export function unknownNames(object: object, known: readonly string[]): string[] {
  const unknown = Object.keys(object).filter((name) => !known.includes(name));
  const lines = unknown.slice(0, MOST_UNKNOWN_NAMES).map((name) => {
    const meant = nearestName(name, known);
    return `${shownName(name)} is not known${meant === undefined ? "" : `: did you mean ${meant}?`}`;
  });
  const others = unknown.length - lines.length;
  return others > 0 ? [...lines, `${others} more names are not known`] : lines;
}

/** The path of the first name that stands twice in one object of a JSON text. */
function findDuplicate(text: string): string | undefined {
  interface Level {
    /** Undefined in a list. */
    readonly names: Set<string> | undefined;
    at: string | number;
  }
  const levels: Level[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    const level = levels.at(-1);
    if (char === "{") levels.push({ names: new Set(), at: "" });
    else if (char === "[") levels.push({ names: undefined, at: 0 });
    else if (char === "}" || char === "]") levels.pop();
    else if (char === "," && typeof level?.at === "number") level.at++;
    if (char !== '"') continue;
    const end = endOfString(text, i);
    const isName = /^\s*:/.test(text.slice(end + 1, end + 1 + 64));
    const name = JSON.parse(text.slice(i, end + 1)) as string;
    i = end;
    if (!isName || !level?.names) continue;
    level.at = name;
    if (level.names.has(name))
      return levels
        .map(({ at }) => step(at))
        .join("")
        .replace(/^\./, "");
    level.names.add(name);
  }
  return undefined;
}

function step(at: string | number): string {
  if (typeof at === "number") return `[${at}]`;
  return /^\w{1,40}$/.test(at) ? `.${at}` : `[${shownName(at)}]`;
}
