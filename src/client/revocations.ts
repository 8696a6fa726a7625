/** Revocation: what its methods take and give, and the messages in between. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Duration as DurationMessage, Timestamp } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import {
  type ListRevocationsRequestSchema,
  type ListRevocationsResponse,
  RevocationOutcome as OutcomeCode,
  type Revocation as RevocationMessage,
  type RevocationTargetSchema,
  type RevokeTokensResponse,
  type WatchRevocationsResponse,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { refuseUnknownOptions } from "../values/known-options.js";
import { TokenError } from "./errors.js";
import { toAnyToken } from "./requests.js";
import { malformed, required, sameCount } from "./responses.js";
import {
  type Duration,
  fromDuration,
  fromTimestamp,
  type Instant,
  isDuration,
  toTimestamp,
} from "./time.js";

/** What is to be revoked. Instants are `Instant`s of an answer, or `Date`s. */
export type RevocationTarget =
  /** A token, itself: it must be authentic. */
  | { readonly token: string }
  /** A token by its id. The entry is kept until `expiresAt`; where that is not known, for 8,760 hours. */
  | { readonly tokenId: string; readonly expiresAt?: Instant | Date | undefined }
  /** Every token of a session that is issued before the answer. The session is refreshed no more. */
  | { readonly sessionId: string }
  /** Every token of a user's sessions that began at an instant or earlier, by default the server's present. */
  | { readonly userId: string; readonly issuedBefore?: Instant | Date | undefined }
  /** Every token of sessions that began at an instant or earlier, whoever's they are. */
  | { readonly everythingIssuedBefore: Instant | Date };

/** How tokens are revoked. */
export interface RevokeOptions {
  /** Why, for the log and for `listRevocations`: at most 128 code points. No token, no secret. Default none. */
  readonly reason?: string | undefined;
}

/**
 * What became of a target: it is revoked, now or from earlier; every token that it could hit has expired;
 * its token is not authentic. `UNSPECIFIED` is one that only a newer server knows.
 */
export type RevocationOutcome = "REVOKED" | "ALREADY_EXPIRED" | "NOT_AUTHENTIC" | "UNSPECIFIED";

/** An entry of what is revoked. One of `tokenId`, `sessionId`, `userIdSha256` and `everything` is set. */
export interface Revocation {
  readonly tokenId?: string;
  readonly sessionId?: string;
  /** The SHA-256 of the user's id, 32 bytes. */
  readonly userIdSha256?: Uint8Array;
  /** Every token whose session began up to `issuedBefore`. */
  readonly everything?: true;
  /** The cut-off of a user's or everybody's sessions: those that began then or earlier are revoked. */
  readonly issuedBefore?: Instant;
  /** After this instant no token that the entry hits is valid. */
  readonly expiresAt?: Instant;
  /** When it was revoked. */
  readonly revokedAt?: Instant;
  /** Why; empty where nobody said, and in the feed. */
  readonly reason: string;
}

/** Which entries are listed. */
export interface RevocationFilter {
  /** Only the cut-offs of this user. Default: all. */
  readonly userId?: string | undefined;
  /** Only the entry of this token. Default: all. */
  readonly tokenId?: string | undefined;
  /** The most entries of a page, 1 to 1,000. Default 100. */
  readonly pageSize?: number | undefined;
  /** `nextPageToken` of an earlier page with the same filter. Default: the first page. */
  readonly pageToken?: string | undefined;
}

/** A page of entries, the newest first. */
export interface RevocationPage {
  readonly revocations: readonly Revocation[];
  /** For the next page; empty on the last one. */
  readonly nextPageToken: string;
}

/**
 * What a server tells those who watch. Until the page of a snapshot that is `last` nothing is known. What
 * was known before a page that is `first` stays in force until it expires: a server that lags has not heard
 * of all of it. `checkpoint`: all up to now has been told. `unknown`: a newer server's event, after which
 * nothing that was kept may be believed.
 */
export type RevocationEvent =
  | {
      readonly kind: "snapshot";
      readonly revocations: readonly Revocation[];
      readonly first: boolean;
      readonly last: boolean;
    }
  | { readonly kind: "changes"; readonly revocations: readonly Revocation[] }
  | {
      readonly kind: "checkpoint";
      /** Where a later call can go on. */
      readonly cursor: string;
      /** How old the server's own knowledge is. */
      readonly staleness: Duration;
      /** The keys of tokens that are still valid. */
      readonly keyIds: readonly string[];
      /** How long this stream had lasted when the server wrote this; undefined from older servers. */
      readonly uptime?: Duration | undefined;
    }
  | { readonly kind: "unknown" };

const FILTER_OPTIONS: readonly (keyof RevocationFilter)[] = [
  "userId",
  "tokenId",
  "pageSize",
  "pageToken",
];

/** A target as a message. @throws TokenError for what is none. */
export function toTarget(
  target: RevocationTarget,
  index: number,
): MessageInitShape<typeof RevocationTargetSchema> {
  const given: Partial<Record<string, unknown>> = { ...target };
  if ("token" in given) {
    return { target: { case: "token", value: toAnyToken(given.token) } };
  }
  if ("tokenId" in given) {
    const value = { tokenId: toText(given.tokenId, index), ...instant("expiresAt", given) };
    return { target: { case: "tokenId", value } };
  }
  if ("sessionId" in given) {
    return { target: { case: "sessionId", value: toText(given.sessionId, index) } };
  }
  if ("userId" in given) {
    const value = { userId: toText(given.userId, index), ...instant("issuedBefore", given) };
    return { target: { case: "user", value } };
  }
  const value = toTimestamp(given.everythingIssuedBefore as Instant | Date | undefined);
  if (value === undefined) throw wrongTarget(index);
  return { target: { case: "everythingIssuedBefore", value } };
}

/** What became of each target, in order. */
export function toOutcomes({ results }: RevokeTokensResponse, asked: number): RevocationOutcome[] {
  return sameCount(results, asked).map(
    ({ outcome }) => (OutcomeCode[outcome] as RevocationOutcome | undefined) ?? "UNSPECIFIED",
  );
}

/** A ListRevocations request. @throws TypeError for an option that does not exist. */
export function toListRequest(
  filter: RevocationFilter,
): MessageInitShape<typeof ListRevocationsRequestSchema> {
  refuseUnknownOptions("listRevocations", filter, FILTER_OPTIONS);
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** A page of entries. */
export function toPage({ revocations, nextPageToken }: ListRevocationsResponse): RevocationPage {
  return { revocations: revocations.map(toRevocation), nextPageToken };
}

/** An event of the feed. */
export function toEvent({ event }: WatchRevocationsResponse): RevocationEvent {
  switch (event.case) {
    case "snapshot": {
      const { revocations, first, last } = event.value;
      return { kind: "snapshot", revocations: revocations.map(toRevocation), first, last };
    }
    case "changes":
      return { kind: "changes", revocations: event.value.revocations.map(toRevocation) };
    case "checkpoint": {
      const { cursor, keyIds } = event.value;
      const staleness = toLength(event.value.staleness, "staleness");
      const { uptime: told } = event.value;
      const uptime = told && toLength(told, "uptime");
      return { kind: "checkpoint", cursor, staleness, keyIds, uptime };
    }
    default:
      return { kind: "unknown" };
  }
}

/** One that is missing is no zero: the server has not said that it is up to date. */
function toLength(message: DurationMessage | undefined, name: string): Duration {
  const length = required(fromDuration(message), name);
  if (isDuration(message) && length.seconds >= 0) return length;
  throw malformed(`holds a duration that is not 0 to 10,000 years: ${name}`);
}

function toRevocation(message: RevocationMessage): Revocation {
  const { target, issuedBefore, expiresAt, revokedAt, reason } = message;
  if (target.case === undefined) throw malformed("holds a revocation of nothing that is known");
  return {
    [target.case]: target.value,
    ...known("issuedBefore", issuedBefore),
    ...known("expiresAt", expiresAt),
    ...known("revokedAt", revokedAt),
    reason,
  };
}

function known(name: string, timestamp: Timestamp | undefined): Record<string, Instant> {
  const value = fromTimestamp(timestamp);
  return value === undefined ? {} : { [name]: value };
}

function instant(name: string, given: Partial<Record<string, unknown>>) {
  const value = toTimestamp(given[name] as Instant | Date | undefined);
  return value === undefined ? {} : { [name]: value };
}

function toText(value: unknown, index: number): string {
  if (typeof value === "string" && value.isWellFormed()) return value;
  throw wrongTarget(index);
}

function wrongTarget(index: number): TokenError {
  const field = `targets[${index}]`;
  return new TokenError(
    `${field} must be a token, a tokenId, a sessionId, a userId or everythingIssuedBefore`,
    { reason: "REVOCATION_INVALID", field, code: Code.InvalidArgument },
  );
}
