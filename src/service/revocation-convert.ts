/** Revocations as messages, and targets as the core takes them. */
import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type {
  RevocationTargetSchema,
  WatchRevocationsResponseSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { Instant, type Revocation, type RevocationTarget, TokenError } from "../core/index.js";
import type { FeedEvent } from "../revocation/register.js";
import { toTimestamp } from "./convert.js";

type Checkpoint = Extract<FeedEvent, { readonly kind: "CHECKPOINT" }>;

const NANOS_PER_MICRO = 1000;
const MILLIS_PER_SECOND = 1000;
const NANOS_PER_MILLI = 1_000_000;
/** The longest google.protobuf.Duration, for a server that knows nothing yet, in milliseconds. */
const LONGEST_STALENESS_MS = 315_576_000_000_000;
/** The range of google.protobuf.Timestamp, in seconds since 1970: the years 1 to 9999. */
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;
const MAX_NANOS = 999_999_999;

/**
 * A target as the core takes it.
 *
 * @param field where the request names it, for errors
 * @throws TokenError for a target that names nothing, and for an instant that is none
 */
export function toTarget(
  { target }: MessageShape<typeof RevocationTargetSchema>,
  field: string,
): RevocationTarget {
  switch (target.case) {
    case "token":
      return { token: target.value };
    case "tokenId": {
      const { tokenId, expiresAt } = target.value;
      return { tokenId, expiresAt: toInstant(expiresAt, `${field}.token_id.expires_at`) };
    }
    case "sessionId":
      return { sessionId: target.value };
    case "user": {
      const { userId, issuedBefore } = target.value;
      return { userId, issuedBefore: toInstant(issuedBefore, `${field}.user.issued_before`) };
    }
    case "everythingIssuedBefore": {
      const name = `${field}.everything_issued_before`;
      return { everythingIssuedBefore: toInstant(target.value, name) as Instant };
    }
    default:
      throw invalid(field, `${field} must name a target`);
  }
}

/** An entry as a message. */
export function toRevocation(revocation: Revocation) {
  const { kind, issuedBefore, expiresAt, revokedAt, reason } = revocation;
  return {
    target: toTargetField(revocation),
    ...((kind === "USER" || kind === "EVERYTHING") && {
      issuedBefore: toTimestamp(Instant.fromMicros(issuedBefore)),
    }),
    expiresAt: toTimestamp(Instant.fromMicros(expiresAt)),
    revokedAt: toTimestamp(Instant.fromMicros(revokedAt)),
    reason,
  };
}

/** A checkpoint as a message, without `uptime`, which is the stream's own. */
export function toCheckpoint(event: Checkpoint, keyIds: readonly string[]) {
  const { cursor } = event;
  const stalenessMs = Math.min(event.stalenessMs, LONGEST_STALENESS_MS);
  const seconds = Math.floor(stalenessMs / MILLIS_PER_SECOND);
  const nanos = Math.floor(stalenessMs - seconds * MILLIS_PER_SECOND) * NANOS_PER_MILLI;
  return { cursor, staleness: { seconds: BigInt(seconds), nanos }, keyIds: [...keyIds] };
}

/** A snapshot's page or changes as a message. Reasons stay with the server. */
export function toWatchResponse(
  event: Exclude<FeedEvent, Checkpoint>,
): MessageInitShape<typeof WatchRevocationsResponseSchema> {
  const revocations = event.revocations.map((each) => toRevocation({ ...each, reason: "" }));
  if (event.kind === "CHANGES") return { event: { case: "changes", value: { revocations } } };
  const { first, last } = event;
  return { event: { case: "snapshot", value: { revocations, first, last } } };
}

function toTargetField({ kind, id }: Revocation) {
  if (kind === "TOKEN") return { case: "tokenId" as const, value: id };
  if (kind === "SESSION") return { case: "sessionId" as const, value: id };
  if (kind === "USER") {
    return { case: "userIdSha256" as const, value: new Uint8Array(Buffer.from(id, "hex")) };
  }
  return { case: "everything" as const, value: true };
}

/** Rounded down to the microsecond, as tokens count. */
function toInstant(timestamp: Timestamp | undefined, field: string): Instant | undefined {
  if (timestamp === undefined) return undefined;
  const { seconds, nanos } = timestamp;
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || nanos < 0 || nanos > MAX_NANOS) {
    throw invalid(field, `${field} must be a timestamp from the years 1 to 9999`);
  }
  return new Instant(Number(seconds), Math.floor(nanos / NANOS_PER_MICRO));
}

function invalid(field: string, message: string): TokenError {
  return new TokenError(message, { reason: "REVOCATION_INVALID", field });
}
