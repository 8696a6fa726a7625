/** How long a session lasts: no refreshed token outlives its start by more than the maximum. */
import { sessionEnded } from "./errors.js";
import { addMicros, hoursToMicros, type Instant, isAfter } from "./time.js";

/** What a refresh is granted. */
export interface GrantedLifetime {
  readonly expiresAt: Instant;
  /** Whether that is the session's end, earlier than what was asked for. */
  readonly clamped: boolean;
}

/**
 * The expiry of a token that is refreshed `now` for `lifetime` microseconds.
 * @throws TokenError at the session's end and after it.
 */
export function limitToSession(
  startedAt: Instant,
  now: Instant,
  lifetime: number,
  maxSessionHours: number,
): GrantedLifetime {
  const sessionEnd = addMicros(startedAt, hoursToMicros(maxSessionHours));
  if (!isAfter(sessionEnd, now)) throw sessionEnded(maxSessionHours);
  const asked = addMicros(now, lifetime);
  const clamped = isAfter(asked, sessionEnd);
  return { expiresAt: clamped ? sessionEnd : asked, clamped };
}
