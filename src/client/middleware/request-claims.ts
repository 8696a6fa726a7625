/** Where the claims and the token of a request are until its handler asks for them. */
import type { Claims } from "../operations.js";
import type { Admission } from "./guard.js";

/** Held outside the request, so that nothing a client sends can pass for claims. */
const admissions = new WeakMap<object, Admission>();

/** Notes what let a request pass. */
export function setAdmission(request: object, admission: Admission): void {
  admissions.set(request, admission);
}

/** The claims of the token that let a request pass; undefined where it presented none. */
export function claimsOf(request: object): Claims | undefined {
  return admissions.get(request)?.claims;
}

/**
 * The headers that present the user's token to the next service:
 *
 *     await fetch(url, { headers: forwardedAuthorization(req) });
 *
 * Without a token there are none. They go with that one request: a client's `apiKey` stays its own.
 */
export function forwardedAuthorization(request: object): Record<string, string> {
  const token = admissions.get(request)?.token;
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
