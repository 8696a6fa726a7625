/** Values of a request as literals of a language. */
import type { JsonValue } from "../../client/exact-json.js";
import { visibleText } from "../visible-text.js";

/** How a language spells values. */
export interface Spelling {
  /** A character that is not written as it is, by its code point. */
  readonly escape: (codePoint: number) => string;
  readonly list: (items: readonly string[]) => string;
  /** Names are literals already. */
  readonly object: (members: readonly (readonly [name: string, value: string])[]) => string;
  /** null, true and false. */
  readonly words: Readonly<Record<"null" | "true" | "false", string>>;
  /** What follows an integer. Default nothing. */
  readonly integerSuffix?: string;
}

/** Quotes, with quotes, backslashes and characters that show nothing or turn others round escaped. */
export function textLiteral(text: string, spelling: Spelling): string {
  const characters = Array.from(text, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const isHidden = visibleText(character) !== character;
    return isHidden ? spelling.escape(character.codePointAt(0) as number) : character;
  });
  return `"${characters.join("")}"`;
}

/** Any JSON value. Integers beyond 2^53 - 1 do not occur: the form refuses them. */
export function literal(value: JsonValue, spelling: Spelling): string {
  if (typeof value === "string") return textLiteral(value, spelling);
  if (typeof value === "number" || typeof value === "bigint") {
    const text = String(value);
    return /^-?\d+$/.test(text) ? `${text}${spelling.integerSuffix ?? ""}` : text;
  }
  if (typeof value !== "object" || value === null) {
    return spelling.words[String(value) as "null" | "true" | "false"];
  }
  if (Array.isArray(value)) return spelling.list(value.map((item) => literal(item, spelling)));
  return spelling.object(
    Object.entries(value).map(([name, member]) => [
      textLiteral(name, spelling),
      literal(member as JsonValue, spelling),
    ]),
  );
}

/** Texts, separated by commas. */
export function textLiterals(texts: readonly string[], spelling: Spelling): string {
  return texts.map((text) => textLiteral(text, spelling)).join(", ");
}

/** A code point in hexadecimal, of at least this many digits. */
export function hex(codePoint: number, digits: number): string {
  return codePoint.toString(16).padStart(digits, "0");
}

/** Hours of a duration such as "5400s". */
export function hoursOf(duration: string): number {
  return Number.parseFloat(duration) / 3600;
}

/** Whole microseconds of a duration such as "5400s", and whole seconds where it has no fraction. */
export function unitsOf(duration: string): { readonly micros: number; readonly seconds?: number } {
  const seconds = Number.parseFloat(duration);
  const micros = Math.round(seconds * 1_000_000);
  return Number.isInteger(seconds) ? { micros, seconds } : { micros };
}

/** What gRPC clients are told below a path, in a comment of this beginning: gRPC knows no paths. */
export function serverNote(baseUrl: string, comment: string): string[] {
  const { pathname } = new URL(baseUrl);
  return pathname === "/"
    ? []
    : [`${comment} gRPC has no paths: put the server's own address for that of this page's proxy.`];
}

/** Scheme, host and port. */
export function originOf(baseUrl: string): string {
  return new URL(baseUrl).origin;
}
