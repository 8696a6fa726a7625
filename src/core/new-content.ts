/** What a new token holds that need not be there: the bounds of its session, and its audiences. */
import type { Claims, Writable } from "./claims.js";
import type { GenerateOptions } from "./operations.js";
import { checkAudiences } from "./rules.js";
import { validateMaxSessionHours } from "./settings.js";
import { addMicros, hoursToMicros, type Instant, isAfter } from "./time.js";

/** Claims that a token need not have; every token of a session carries those of its first. */
export type OptionalClaims = Pick<Claims, "sessionExpiresAt" | "holderRefresh" | "audiences">;

/**
 * The optional claims of a token that is issued at `now` and expires at `expiresAt`.
 * @throws TokenError naming the option that breaks its rule.
 */
export function optionalClaims(
  { sessionHours, holderRefresh, audiences: asked = [] }: GenerateOptions,
  now: Instant,
  expiresAt: Instant,
): OptionalClaims {
  const optional: Writable<OptionalClaims> = {};
  if (sessionHours !== undefined) {
    validateMaxSessionHours(sessionHours, "session_hours");
    const end = addMicros(now, hoursToMicros(sessionHours));
    optional.sessionExpiresAt = isAfter(expiresAt, end) ? expiresAt : end;
  }
  if (holderRefresh === false) optional.holderRefresh = false;
  const audiences = checkAudiences(asked);
  if (audiences.length > 0) optional.audiences = audiences;
  return optional;
}

/** Copies the optional claims that are there. Member by member, for speed. */
export function copyOptional(from: OptionalClaims, to: Writable<OptionalClaims>): void {
  if (from.sessionExpiresAt !== undefined) to.sessionExpiresAt = from.sessionExpiresAt;
  if (from.holderRefresh !== undefined) to.holderRefresh = from.holderRefresh;
  if (from.audiences !== undefined) to.audiences = from.audiences;
}
