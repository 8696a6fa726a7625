/** Compares what a driver answered with what a case expects. */

/** `<any>`, or `<text:32>`: a text of so many characters, base64url or hexadecimal. */
const WILDCARD = /^<(any|text:(\d+)|token)>$/;
const TOKEN = /^[\w-]{100,}={0,2}$/;

/** How objects are compared: `part` lets `actual` have members that are not named. */
export type Strictness = "part" | "whole";

/**
 * The first difference as a readable text, or `undefined`. Lists and everything below
 * `additionalData` and `metadata` are compared in whole.
 */
export function difference(
  expected: unknown,
  actual: unknown,
  strictness: Strictness,
  path = "",
): string | undefined {
  if (typeof expected === "string" && WILDCARD.test(expected)) {
    return fits(expected, actual) ? undefined : told(path, expected, actual);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return told(path, expected, actual);
    if (expected.length !== actual.length) {
      return `${path || "."} has ${actual.length} items instead of ${expected.length}`;
    }
    return first(expected, (item, i) => difference(item, actual[i], strictness, `${path}[${i}]`));
  }
  if (!isObject(expected)) return same(expected, actual) ? undefined : told(path, expected, actual);
  if (!isObject(actual)) return told(path, expected, actual);
  if (strictness === "whole") {
    const extra = Object.keys(actual).find((name) => !Object.hasOwn(expected, name));
    if (extra !== undefined) {
      return `${path}.${extra} is unexpected: ${shown(actual[extra])}`;
    }
  }
  return first(Object.entries(expected), ([name, value]) => {
    if (!Object.hasOwn(actual, name)) return `${path}.${name} is missing`;
    const below = name === "additionalData" || name === "metadata" ? "whole" : strictness;
    return difference(value, actual[name], below, `${path}.${name}`);
  });
}

function first<T>(items: readonly T[], find: (item: T, index: number) => string | undefined) {
  for (const [i, item] of items.entries()) {
    const found = find(item, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fits(wildcard: string, actual: unknown): boolean {
  const [, name, length] = WILDCARD.exec(wildcard) as RegExpExecArray;
  if (name === "any") return actual !== undefined;
  if (typeof actual !== "string") return false;
  return name === "token"
    ? TOKEN.test(actual)
    : /^[\w-]*$/.test(actual) && actual.length === Number(length);
}

/** 1 and 1.0 are the same number, and so are a big integer's two spellings in JavaScript. */
function same(expected: unknown, actual: unknown): boolean {
  if (typeof expected === typeof actual) return Object.is(expected, actual);
  // biome-ignore lint/suspicious/noDoubleEquals: between a number and a bigint, == is exact.
  return isNumeric(expected) && isNumeric(actual) && expected == actual;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function told(path: string, expected: unknown, actual: unknown): string {
  return `${path || "."} is ${shown(actual)} instead of ${shown(expected)}`;
}

function shown(value: unknown): string {
  const text =
    JSON.stringify(value, (_, it) => (typeof it === "bigint" ? `${it}n` : it)) ?? "unset";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
