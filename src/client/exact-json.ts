/** JSON in which no digit of an integer is lost, for `additional_data_json`. */

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

/** A string, a bracket, or a literal: all of JSON but white space, commas and colons. */
const LEXEME = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]|[^\s[\]{},:"]+/g;
const INTEGER = /^-?\d+$/;

/**
 * Parses JSON: big integers become `bigint`, and a member named `__proto__` becomes an ordinary
 * property.
 * @throws SyntaxError for what is not JSON.
 */
export function parseExactJson(text: string): JsonValue {
  // What JSON.parse accepts, the loop below need not check again.
  JSON.parse(text);
  const enclosing: JsonValue[][] = [];
  let items: JsonValue[] = [];
  for (const [lexeme] of text.matchAll(LEXEME)) {
    if (lexeme === "{" || lexeme === "[") {
      enclosing.push(items);
      items = [];
    } else if (lexeme === "}" || lexeme === "]") {
      const closed = lexeme === "}" ? toObject(items) : items;
      items = enclosing.pop() as JsonValue[];
      items.push(closed);
    } else {
      items.push(toScalar(lexeme));
    }
  }
  return items[0] as JsonValue;
}

function toScalar(lexeme: string): JsonValue {
  const value = JSON.parse(lexeme) as string | number | boolean | null;
  const exact = typeof value !== "number" || Number.isSafeInteger(value) || !INTEGER.test(lexeme);
  return exact ? value : BigInt(lexeme);
}

/** An object from its names and values, in turn. `fromEntries` never calls a setter. */
function toObject(items: JsonValue[]): JsonObject {
  const entries: [string, JsonValue][] = [];
  for (let i = 0; i < items.length; i += 2) {
    entries.push([items[i] as string, items[i + 1] as JsonValue]);
  }
  return Object.fromEntries(entries);
}
