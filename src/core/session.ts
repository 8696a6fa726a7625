/** How long a session lasts, and what a refresh within it is granted. */
import type { Claims } from "./claims.js";
import { sessionEnded } from "./errors.js";
import { addMicros, difference, hoursToMicros, type Instant, isAfter } from "./time.js";

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_HOUR = 3600;

/** What a refresh is granted. */
export interface GrantedLifetime {
  readonly expiresAt: Instant;
  /** Whether that is less than what was asked for. */
  readonly clamped: boolean;
}

/** What a refresh asks for, and who asks. */
export interface RefreshRequest {
  /** The present. */
  readonly now: Instant;
  /** The lifetime asked for, in microseconds; undefined where the request names none. */
  readonly lifetime: number | undefined;
  /** The lifetime of a request that names none, in microseconds. */
  readonly defaultLifetime: number;
  /** How long after its start any session ends, in hours. */
  readonly maxSessionHours: number;
  /** Whether the one who asks has no credential but the token. */
  readonly byHolder: boolean;
}

/**
 * The expiry of the token that replaces a token of these claims. No token outlives its session: the
 * session ends `maxSessionHours` after its start, and where the token says so at its
 * `sessionExpiresAt`, whichever comes first. A holder gets at most the lifetime that the token was
 * issued with; a token that names no end of its session ends, for its holder, when it expires.
 * @throws TokenError at the session's end and after it.
 */
export function limitToSession(claims: Claims, request: RefreshRequest): GrantedLifetime {
  const { now, byHolder, maxSessionHours } = request;
  const own = byHolder ? lifetimeOf(claims) : Number.POSITIVE_INFINITY;
  const end = sessionEnd(claims, maxSessionHours, byHolder);
  if (!isAfter(end, now)) throw sessionEnded(hoursBetween(claims.sessionStartedAt, end));
  const asked = request.lifetime ?? Math.min(request.defaultLifetime, own);
  const expiresAt = addMicros(now, Math.min(asked, own));
  const outlives = isAfter(expiresAt, end);
  return { expiresAt: outlives ? end : expiresAt, clamped: outlives || asked > own };
}

function sessionEnd(claims: Claims, maxSessionHours: number, byHolder: boolean): Instant {
  const { sessionStartedAt, sessionExpiresAt, expiresAt } = claims;
  const most = addMicros(sessionStartedAt, hoursToMicros(maxSessionHours));
  const own = sessionExpiresAt ?? (byHolder ? expiresAt : most);
  return isAfter(own, most) ? most : own;
}

/** Microseconds from the issue of a token to its expiry. */
function lifetimeOf({ issuedAt, expiresAt }: Claims): number {
  const { seconds, micros } = difference(expiresAt, issuedAt);
  return seconds * MICROS_PER_SECOND + micros;
}

function hoursBetween(start: Instant, end: Instant): number {
  const { seconds, micros } = difference(end, start);
  return (seconds + micros / MICROS_PER_SECOND) / SECONDS_PER_HOUR;
}
