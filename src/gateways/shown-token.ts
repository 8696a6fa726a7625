/** The token that a gateway's client shows: in `authorization`, or in the cookie that the gateway's configuration names. */
import { bearerOf, trimBlanks } from "../service/index.js";
import { invalid } from "./form.js";

const SCHEME = "bearer";

/** A text that can be no token: who of the gateway and the application reads which of several is not known. */
const SEVERAL = "several";
/** Another one: the cookie's name is spelled in a way that not everybody reads. */
const MISSPELLED = "misspelled";
const BLANKS: ReadonlySet<string> = new Set([" ", "\t"]);

/** A cookie's name: a token of RFC 6265, section 4.1.1. */
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The header fields that may hold a token. */
export interface ShownFields {
  readonly authorization?: string | undefined;
  readonly cookie?: string | undefined;
}

/** @throws ConnectError INVALID_ARGUMENT for a text that can be no cookie's name; undefined names none */
export function requireCookieName(name: string | undefined): string | undefined {
  if (name === undefined || COOKIE_NAME.test(name)) return name;
  throw invalid("must have a cookie's name as cookie");
}

/**
 * The one token of a request; empty where it shows none, and what can be no token where it shows several: two
 * credentials, two cookies of the name, or one of each. A cookie's value is taken as it is but for
 * spaces and tabs around it (RFC 9110, section 5.6.3), for a token has one spelling: one in quotes,
 * percent-encoded or beside any other space of Unicode is none. An `authorization` that only some read as a bearer
 * token, such as one with a tab behind the scheme, is another credential beside a cookie, and none alone.
 *
 * @param cookieName the cookie that may hold a token; undefined: none may
 */
export function shownToken(
  { authorization, cookie }: ShownFields,
  cookieName: string | undefined,
): string {
  // A field that came twice is one with both values.
  if (authorization?.includes(",")) return SEVERAL;
  const bearer = bearerOf({ authorization });
  const [own, ...others] = pairsOf(cookie).filter((pair) => looksNamed(pair, cookieName));
  if (own === undefined) return bearer ?? "";
  if (bearer !== undefined || others.length > 0 || looksBearer(authorization)) return SEVERAL;
  const [name, value = ""] = splitOnce(own);
  return trimBlanks(name) === cookieName ? trimBlanks(value) : MISSPELLED;
}

/**
 * A cookie header without the cookie that holds a token; empty where no other is left. What was between two
 * cookies stays, but for blanks beyond one: the header is never longer than the one that came.
 */
export function withoutCookie(cookie: string | undefined, cookieName: string): string {
  return pairsOf(cookie)
    .filter((pair) => !looksNamed(pair, cookieName))
    .map((pair, i) => (i > 0 && BLANKS.has(pair.charAt(0)) ? " " : "") + trimBlanks(pair))
    .join(";");
}

/** The pairs with the blanks around them; those that have nothing else are none. */
function pairsOf(cookie: string | undefined): readonly string[] {
  if (!cookie) return [];
  return cookie.split(";").filter((pair) => trimBlanks(pair) !== "");
}

/** The name and the value of a pair; one without a value is a name alone. */
function splitOnce(pair: string): readonly [string, string?] {
  const end = pair.indexOf("=");
  return end < 0 ? [pair] : [pair.slice(0, end), pair.slice(end + 1)];
}

/**
 * Whether some application may read this name in a pair: some pass over blanks, controls, or what Unicode takes
 * for a space, around it. Such a pair must not reach them as another one.
 */
function looksNamed(pair: string, cookieName: string | undefined): boolean {
  const [name] = splitOnce(pair);
  const start = startOfVisible(name);
  let end = name.length;
  while (end > start && !isVisible(name.charCodeAt(end - 1))) end--;
  return name.slice(start, end) === cookieName;
}

/** Whether some application may read a bearer token in an `authorization` header. */
function looksBearer(authorization = ""): boolean {
  const start = startOfVisible(authorization);
  return authorization.slice(start, start + SCHEME.length).toLowerCase() === SCHEME;
}

function startOfVisible(text: string): number {
  let start = 0;
  while (start < text.length && !isVisible(text.charCodeAt(start))) start++;
  return start;
}

/** Whether a character is of ASCII and can be seen, as all are of a cookie's name. */
function isVisible(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}
