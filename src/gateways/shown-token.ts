/** The token that a gateway's client shows: in `authorization`, or in the cookie that the gateway's configuration names. */
import { bearerOf } from "../service/index.js";
import { invalid } from "./form.js";

/** A text that can be no token: who of the gateway and the application reads which of several is not known. */
const SEVERAL = "several";

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
 * blanks around it, for a token has one spelling: one in quotes or percent-encoded is none.
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
  const [own, ...others] = pairsOf(cookie).filter((pair) => nameOf(pair) === cookieName);
  if (own === undefined) return bearer ?? "";
  if (bearer !== undefined || others.length > 0) return SEVERAL;
  return own.slice(own.indexOf("=") + 1).trim();
}

/** A cookie header without the cookie that holds a token; empty where no other is left. */
export function withoutCookie(cookie: string | undefined, cookieName: string): string {
  return pairsOf(cookie)
    .filter((pair) => nameOf(pair) !== cookieName)
    .join("; ");
}

function pairsOf(cookie: string | undefined): readonly string[] {
  if (!cookie) return [];
  return cookie
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
}

/** Without blanks, which some applications pass over: such a pair must not reach them as another one. */
function nameOf(pair: string): string {
  const end = pair.indexOf("=");
  return (end < 0 ? pair : pair.slice(0, end)).trim();
}
