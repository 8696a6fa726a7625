/** Where the claims of a request are until its handler asks for them. */
import type { Claims } from "../operations.js";

/** Held by the request itself, so that nothing a client sends can pass for claims. */
const claimsOfRequests = new WeakMap<object, Claims>();

/** Notes the claims of a request. */
export function setClaims(request: object, claims: Claims): void {
  claimsOfRequests.set(request, claims);
}

/** The claims of the token that let a request pass; undefined where it is open to all. */
export function claimsOf(request: object): Claims | undefined {
  return claimsOfRequests.get(request);
}
