/** What callers ask to be revoked, as entries. */
import type { Claims } from "./claims.js";
import { TokenError } from "./errors.js";
import { CLOCK_SKEW } from "./issue-times.js";
import type { Introspection } from "./operations.js";
import {
  LONGEST_LIFETIME,
  type Revocation,
  type RevocationKind,
  toMicros,
  userKey,
} from "./revocations.js";
import { checkCount, checkUserId, MAX_EXPIRES_HOURS } from "./rules.js";
import { addMicros, hoursToMicros, Instant, isAfter } from "./time.js";
import { ID_RULE, isId } from "./token-ids.js";

/** What is to be revoked. */
export type RevocationTarget =
  | { readonly token: string }
  | { readonly tokenId: string; readonly expiresAt?: Instant | undefined }
  | { readonly sessionId: string }
  /** The session of a token that is shown: the same entry whenever it is asked for. */
  | { readonly sessionOf: string }
  | { readonly userId: string; readonly issuedBefore?: Instant | undefined }
  | { readonly everythingIssuedBefore: Instant };

/** What became of a target. */
export type RevocationOutcome = "REVOKED" | "ALREADY_EXPIRED" | "NOT_AUTHENTIC";

/** What is to become of a target: an entry, where there is something to revoke. */
export interface PlannedRevocation {
  readonly outcome: RevocationOutcome;
  readonly revocation?: Revocation;
}

/** The most targets of one call. */
export const MAX_TARGETS = 1000;
/** The most code points of a reason. */
const MAX_REASON_LENGTH = 128;
const CONTROL = /\p{Cc}/u;
/** A twelfth of the longest lifetime, in microseconds. */
const MONTH = LONGEST_LIFETIME / 12;

/** What planning needs to know. */
export interface PlanContext {
  readonly now: Instant;
  readonly reason: string;
  /** What errors count the targets from. */
  readonly first: number;
  /** How long after its start any session ends, in hours. */
  readonly maxSessionHours: number;
  /** The state of a token that is shown. */
  readonly introspect: (token: string) => Introspection;
  /**
   * The latest start of a session of a user, or of anybody, that is known or must be reckoned with, in
   * microseconds since 1970: it may be later than `now`.
   */
  readonly latestStart: (userId?: string) => number;
}

/**
 * Plans at most 1,000 targets, in order, for whoever keeps revocations.
 * @throws TokenError naming the first target, or the reason, that breaks its rule
 */
export function planRevocations(
  targets: readonly RevocationTarget[],
  context: PlanContext,
): PlannedRevocation[] {
  checkCount(targets, MAX_TARGETS, "targets");
  checkReason(context.reason);
  return targets.map((target, i) =>
    planRevocation(target, `targets[${context.first + i}]`, context),
  );
}

function planRevocation(
  target: RevocationTarget,
  field: string,
  context: PlanContext,
): PlannedRevocation {
  const { now } = context;
  if ("token" in target) {
    const shown = context.introspect(target.token);
    if (shown.state === "INVALID") return { outcome: "NOT_AUTHENTIC" };
    return plan("TOKEN", shown.claims.tokenId, 0, shown.claims.expiresAt, context);
  }
  if ("tokenId" in target) {
    checkId(target.tokenId, `${field}.token_id.token_id`);
    const end = expiryOfToken(target.expiresAt, `${field}.token_id.expires_at`, now);
    return plan("TOKEN", target.tokenId, 0, end, context);
  }
  if ("sessionOf" in target) {
    const shown = context.introspect(target.sessionOf);
    if (shown.state === "INVALID") return { outcome: "NOT_AUTHENTIC" };
    return plan("SESSION", shown.claims.sessionId, 0, endOfSession(shown.claims, now), context);
  }
  if ("sessionId" in target) {
    checkId(target.sessionId, `${field}.session_id`);
    return plan("SESSION", target.sessionId, 0, addMicros(now, LONGEST_LIFETIME), context);
  }
  if ("userId" in target) {
    checkUserId(target.userId, `${field}.user.user_id`);
    const cutOff = cutOffAt(
      target.issuedBefore,
      `${field}.user.issued_before`,
      context,
      target.userId,
    );
    return planCutOff("USER", userKey(target.userId), cutOff, context);
  }
  const name = `${field}.everything_issued_before`;
  const cutOff = cutOffAt(target.everythingIssuedBefore, name, context);
  return planCutOff("EVERYTHING", "", cutOff, context);
}

/**
 * An instant that every token of a session has expired by, as any of its tokens tells it: no token that is alive lives
 * for longer than `LONGEST_LIFETIME` from now on. Counted in months from the session's start, so that the entry stays the
 * same for one, on servers of any MAX_SESSION_HOURS.
 */
function endOfSession({ sessionStartedAt, expiresAt }: Claims, now: Instant): Instant {
  const start = toMicros(sessionStartedAt);
  const months = Math.ceil((toMicros(now) + LONGEST_LIFETIME - start) / MONTH);
  const latest = addMicros(sessionStartedAt, Math.max(1, months) * MONTH);
  return isAfter(expiresAt, latest) ? expiresAt : latest;
}

/** How long after its start a token of a session may be valid, in microseconds. */
function longestSession({ maxSessionHours }: PlanContext): number {
  return Math.max(LONGEST_LIFETIME, hoursToMicros(maxSessionHours));
}

/** A cut-off hits sessions that began up to its instant, as long as their tokens can be refreshed. */
function planCutOff(
  kind: RevocationKind,
  id: string,
  cutOff: Instant,
  context: PlanContext,
): PlannedRevocation {
  return plan(kind, id, toMicros(cutOff), addMicros(cutOff, longestSession(context)), context);
}

/** reason: at most 128 code points, well-formed, no control characters. @throws TokenError */
function checkReason(reason: string): void {
  if (reason.length > 2 * MAX_REASON_LENGTH || [...reason].length > MAX_REASON_LENGTH) {
    throw broken("reason", `reason must be at most ${MAX_REASON_LENGTH} characters long`);
  }
  if (!reason.isWellFormed()) throw broken("reason", "reason must be well-formed Unicode");
  if (CONTROL.test(reason)) throw broken("reason", "reason must not contain control characters");
}

function plan(
  kind: RevocationKind,
  id: string,
  issuedBefore: number,
  expiresAt: Instant,
  { now, reason }: PlanContext,
): PlannedRevocation {
  if (isAfter(now, expiresAt)) return { outcome: "ALREADY_EXPIRED" };
  const times = { expiresAt: toMicros(expiresAt), revokedAt: toMicros(now) };
  return { outcome: "REVOKED", revocation: { kind, id, issuedBefore, ...times, reason } };
}

/** Until when the entry of a token is kept that nobody shows: an entry beyond every lifetime would never go. */
function expiryOfToken(expiresAt: Instant | undefined, field: string, now: Instant): Instant {
  const latest = addMicros(now, LONGEST_LIFETIME);
  if (expiresAt === undefined) return latest;
  if (isAfter(expiresAt, addMicros(latest, CLOCK_SKEW))) {
    const rule = `at most ${MAX_EXPIRES_HOURS} hours from now, the longest lifetime of a token`;
    throw broken(field, `${field} must be ${rule}`);
  }
  return expiresAt;
}

/**
 * Where a cut-off stands. A cut-off of the future would hit tokens that are not issued yet. One of the
 * present hits every session there is, also where the clock has not moved since it began, or was set back.
 */
function cutOffAt(
  instant: Instant | undefined,
  field: string,
  { now, latestStart }: PlanContext,
  userId?: string,
): Instant {
  if (instant !== undefined && isAfter(instant, addMicros(now, CLOCK_SKEW))) {
    throw broken(field, `${field} must not be later than now`);
  }
  if (instant !== undefined && isAfter(now, instant)) return instant;
  const latest = Instant.fromMicros(latestStart(userId));
  return isAfter(latest, now) ? latest : now;
}

function checkId(id: string, field: string): void {
  if (!isId(id)) throw broken(field, `${field} must ${ID_RULE}`);
}

function broken(field: string, message: string): TokenError {
  return new TokenError(message, { reason: "REVOCATION_INVALID", field });
}
