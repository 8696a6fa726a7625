/** Revocation: the messages between what its methods take and give. */
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
import type {
  Revocation,
  RevocationEvent,
  RevocationFilter,
  RevocationOutcome,
  RevocationPage,
  RevocationTarget,
} from "./revocations.js";
import {
  type Duration,
  fromDuration,
  fromTimestamp,
  type Instant,
  isDuration,
  toTimestamp,
} from "./time.js";

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
