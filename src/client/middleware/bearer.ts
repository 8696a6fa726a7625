/** The bearer token of a request (RFC 6750, section 2.1). */
import { MAX_TOKEN_LENGTH } from "../requests.js";
import { type Refusal, TOKEN_INVALID, TOKEN_MISSING } from "./refusals.js";

/** RFC 9110, section 11.2, without the comma of joined headers. */
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/;

/** A token that is worth asking about, or why there is none. */
export type Bearer =
  | { readonly token: string; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly token?: undefined };

/** Reads the values of a request's `Authorization` headers. */
export function readBearer(authorization: readonly string[]): Bearer {
  const [value] = authorization;
  if (value === undefined) return { refusal: TOKEN_MISSING };
  // Which of two another reader of the same request would take is not known; a comma joins two (RFC 9110, 5.3).
  if (authorization.length > 1 || value.includes(",")) return { refusal: TOKEN_INVALID };
  const [scheme, token] = splitCredentials(value);
  return scheme.toLowerCase() === "bearer" ? readToken(token) : { refusal: TOKEN_MISSING };
}

/** Refuses what can be no token before anything is spent on it. */
export function readToken(token: unknown): Bearer {
  // What a program has found may be a list: of a query's twice-named parameter, or of a cookie in JSON.
  if (typeof token !== "string") return { refusal: TOKEN_INVALID };
  // The length comes first: the pattern must not see what the sender chose the length of.
  if (token.length > MAX_TOKEN_LENGTH || !TOKEN68.test(token)) return { refusal: TOKEN_INVALID };
  return { token };
}

/** Splits at the first space. Only U+0020 and the tab are stripped, and each character is seen once. */
function splitCredentials(value: string): [scheme: string, token: string] {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--;
  const space = value.indexOf(" ", start);
  if (space < 0 || space >= end) return [value.slice(start, end), ""];
  let token = space + 1;
  while (token < end && isBlank(value.charCodeAt(token))) token++;
  return [value.slice(start, space), value.slice(token, end)];
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
