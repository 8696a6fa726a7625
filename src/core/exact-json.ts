/** JSON in which no digit of an integer is lost: both directions, for `additional_data`. */
import { quoteJson } from "./quote-json.js";
import { endOfNumber, endOfString, isBigInteger } from "./strict-json.js";

export { bigIntegerRule } from "../values/big-integers.js";

/** A JSON value. Integers beyond ±(2^53 - 1) are `bigint`. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** A JSON object. */
export type JsonObject = { readonly [name: string]: JsonValue };

/** Caps on what `stringifyExactJson` writes. */
export interface JsonLimits {
  /** Levels of objects and arrays, the outermost counted. */
  readonly depth: number;
  /** Values of any kind, the outermost counted. */
  readonly nodes: number;
  /** UTF-8 bytes of the compact text. */
  readonly bytes: number;
}

/** Parses text that `parseStrictJson` has accepted, with big integers as `bigint`. */
export function parseExactJson(text: string): JsonValue {
  let at = 0;
  const skipSpace = () => {
    while (" \t\n\r".includes(text[at] ?? "x")) at++;
  };
  const literal = (end: number) => {
    const part = text.slice(at, end);
    at = end;
    return isBigInteger(part) ? BigInt(part) : (JSON.parse(part) as JsonValue);
  };
  const read = (): JsonValue => {
    skipSpace();
    const first = text[at] as string;
    if (first === '"') return literal(endOfString(text, at) + 1);
    if (first === "t" || first === "n") return literal(at + 4);
    if (first === "f") return literal(at + 5);
    if (first !== "{" && first !== "[") return literal(endOfNumber(text, at));
    const entries: [string, JsonValue][] = [];
    do {
      at++; // the opening bracket, or a comma
      skipSpace();
      if (text[at] === "}" || text[at] === "]") break;
      let name = "";
      if (first === "{") {
        name = read() as string;
        skipSpace();
        at++; // the colon
      }
      entries.push([name, read()]);
      skipSpace();
    } while (text[at] === ",");
    at++; // the closing bracket
    // fromEntries makes even "__proto__" an ordinary property.
    return first === "{" ? Object.fromEntries(entries) : entries.map(([, value]) => value);
  };
  return read();
}

/**
 * Writes compact JSON, or says which rule the value breaks: a cap, or something that JSON cannot
 * hold (NaN, infinities, lone surrogates, `undefined`, functions, class instances).
 */
export function stringifyExactJson(value: unknown, limits: JsonLimits): string | { rule: string } {
  let nodes = 0;
  const write = (value: unknown, depth: number): string => {
    if (++nodes > limits.nodes) throw new Rule(`must hold at most ${limits.nodes} values`);
    if (typeof value === "string") return quote(value);
    if (typeof value === "bigint") return String(value);
    if (value === null || typeof value === "boolean") return String(value);
    if (typeof value === "number") {
      if (!Number.isFinite(value)) throw new Rule("must hold finite numbers only");
      return JSON.stringify(value);
    }
    if (depth >= limits.depth) throw new Rule(`must be at most ${limits.depth} levels deep`);
    if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1))}]`;
    if (!isPlainObject(value)) throw new Rule("must hold JSON values only");
    const members = Object.entries(value).map(
      ([name, item]) => `${quote(name)}:${write(item, depth + 1)}`,
    );
    return `{${members}}`;
  };
  try {
    const text = write(value, 0);
    if (Buffer.byteLength(text) > limits.bytes) {
      return { rule: `must be at most ${limits.bytes} bytes as JSON` };
    }
    return text;
  } catch (error) {
    if (error instanceof Rule) return { rule: error.message };
    throw error;
  }
}

/** Ends the recursion; never leaves this module. */
class Rule extends Error {}

function quote(text: string): string {
  if (!text.isWellFormed()) throw new Rule("must hold well-formed Unicode only");
  return quoteJson(text);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
