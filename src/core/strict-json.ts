/**
 * JSON (RFC 8259) read strictly: no duplicate names, no lone surrogates, no number beyond a
 * double's range, and a depth capped before parsing.
 */

/** A parsed text. */
export interface StrictJson {
  /** As `JSON.parse` gives it: integers beyond ±(2^53 - 1) are the nearest doubles. */
  readonly value: unknown;
  /** Whether the text holds such an integer; `parseExactJson` then keeps its digits. */
  readonly hasBigInteger: boolean;
  /** Whether any string of the text is written with escapes. */
  readonly hasEscapes: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** 2^53, the first integer that a double may confuse with another, has 16 digits. */
const SHORTEST_UNSAFE_INTEGER = 16;
/** A number of fewer characters, and without an exponent, is in a double's range. */
const SHORTEST_INFINITE = 300;

/** Parses, or gives `undefined` for what is not strict JSON of at most `maxDepth` levels. */
export function parseStrictJson(text: string, maxDepth: number): StrictJson | undefined {
  const { length } = text;
  const hasEscapes = text.includes("\\");
  let depth = 0;
  let members = 0;
  let hasBigInteger = false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = hasEscapes ? endOfString(text, i) : text.indexOf('"', i + 1);
      // A string without an end is no JSON.
      if (i < 0) return undefined;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const end = endOfNumber(text, i);
      if (end - i >= SHORTEST_UNSAFE_INTEGER) hasBigInteger ||= isBigInteger(text.slice(i, end));
      if (mayBeInfinite(text, i, end) && !Number.isFinite(Number(text.slice(i, end)))) {
        return undefined;
      }
      i = end - 1;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > maxDepth) return undefined;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    } else if (code === 0x3a) {
      members++;
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Of several equal names JSON.parse keeps the last, and so holds fewer members than the text.
  if (countMembers(value) !== members) return undefined;
  // Text that came from UTF-8 holds lone surrogates only as escapes.
  if (hasEscapes && !isWellFormed(value)) return undefined;
  return { value, hasBigInteger, hasEscapes };
}

/** The index of the quote that ends the string starting at `start`, or the text's length. */
export function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i;
    if (code === BACKSLASH) i++;
  }
  return text.length;
}

/** The index after the number that starts at `start`. */
export function endOfNumber(text: string, start: number): number {
  let end = start;
  while (end < text.length && isNumberPart(text.charCodeAt(end))) end++;
  return end;
}

/** Whether a number's text is an integer that a double cannot hold exactly. */
export function isBigInteger(number: string): boolean {
  return /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number));
}

function mayBeInfinite(text: string, start: number, end: number): boolean {
  if (end - start >= SHORTEST_INFINITE) return true;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x65 || code === 0x45) return true;
  }
  return false;
}

/** A digit, sign, point or exponent mark. */
function isNumberPart(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x2b ||
    code === 0x2e ||
    code === 0x65 ||
    code === 0x45
  );
}

function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item);
    return count;
  }
  // No prototype of these has a name of its own that this would list.
  for (const name in value) count += 1 + countMembers((value as Record<string, unknown>)[name]);
  return count;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return (
    Object.values(value).every(isWellFormed) &&
    Object.keys(value).every((name) => name.isWellFormed())
  );
}
