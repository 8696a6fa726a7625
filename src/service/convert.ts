/** Core values as messages, and messages as core values. No rule of its own but protobuf's. */
import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import type {
  Duration as DurationMessage,
  DurationSchema,
  TimestampSchema,
} from "@bufbuild/protobuf/wkt";
import type * as core from "../core/index.js";

const NANOS_PER_MICRO = 1000;
const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_HOUR = 3_600_000_000;
const MAX_NANOS = 999_999_999;

/** An instant as a `google.protobuf.Timestamp`. */
export function toTimestamp(instant: core.Instant): MessageInitShape<typeof TimestampSchema> {
  return { seconds: BigInt(instant.seconds), nanos: instant.micros * NANOS_PER_MICRO };
}

/** A duration that is not negative as a `google.protobuf.Duration`. */
export function toDuration(duration: core.Duration): MessageInitShape<typeof DurationSchema> {
  return { seconds: BigInt(duration.seconds), nanos: duration.micros * NANOS_PER_MICRO };
}

/** Hours as a `google.protobuf.Duration`. */
export function hoursToDuration(hours: number): MessageInitShape<typeof DurationSchema> {
  const micros = Math.round(hours * MICROS_PER_HOUR);
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  const nanos = (micros - seconds * MICROS_PER_SECOND) * NANOS_PER_MICRO;
  return { seconds: BigInt(seconds), nanos };
}

/**
 * A `google.protobuf.Duration` as hours, rounded down to a microsecond; unset stays unset. Up to
 * centuries, hours as a double find back to the same microsecond. A message that is no valid
 * Duration becomes NaN, which no rule lets pass.
 */
export function toHours(duration: DurationMessage | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const { nanos } = duration;
  const seconds = Number(duration.seconds);
  const mixedSigns = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
  if (mixedSigns || Math.abs(nanos) > MAX_NANOS) return Number.NaN;
  const micros = seconds * MICROS_PER_SECOND + Math.floor(nanos / NANOS_PER_MICRO);
  return micros / MICROS_PER_HOUR;
}

/** The claims that every answer about a token has in common. */
export function toClaims(claims: core.Claims) {
  return {
    tokenId: claims.tokenId,
    userId: claims.userId,
    permissions: [...claims.permissions],
    issuedAt: toTimestamp(claims.issuedAt),
    expiresAt: toTimestamp(claims.expiresAt),
    audiences: [...(claims.audiences ?? [])],
    ...toAdditionalData(claims),
  };
}

/** additional_data as a Struct; where a Struct would alter it, the exact text beside it. */
function toAdditionalData({ additionalData, additionalDataJson }: core.Claims) {
  return additionalDataJson === undefined
    ? { additionalData: additionalData as JsonObject }
    : { additionalData: JSON.parse(additionalDataJson) as JsonObject, additionalDataJson };
}
