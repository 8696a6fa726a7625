/** The bearer token of a request (RFC 6750, section 2.1). */
import { MAX_TOKEN_LENGTH } from "../requests.js";
import { INVALID_TOKEN, NO_TOKEN, type Refusal } from "./refusals.js";

/** Spaces around a token of RFC 7235's characters, which exclude the comma of joined headers. */
const CREDENTIALS = /^ *([A-Za-z0-9\-._~+/]+=*) *$/;

/** A token that is worth asking about, or why there is none. */
export type Bearer =
  | { readonly token: string; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly token?: undefined };

/** Reads the values of a request's `Authorization` headers. */
export function readBearer(authorization: readonly string[]): Bearer {
  const [value] = authorization;
  if (value === undefined) return { refusal: NO_TOKEN };
  // Which of two another reader of the same request would take is anyone's guess.
  if (authorization.length > 1) return { refusal: INVALID_TOKEN };
  const space = value.indexOf(" ");
  if (space < 0 || value.slice(0, space).toLowerCase() !== "bearer") return { refusal: NO_TOKEN };
  // Before the pattern looks at it: the length of a header is the sender's choice.
  if (value.length - space - 1 > MAX_TOKEN_LENGTH) return { refusal: INVALID_TOKEN };
  const token = CREDENTIALS.exec(value.slice(space + 1))?.[1];
  return token === undefined ? { refusal: INVALID_TOKEN } : { token };
}
