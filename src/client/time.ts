/** Instants and durations as google.protobuf carries them. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  Duration as DurationMessage,
  DurationSchema,
  Timestamp,
  TimestampSchema,
} from "@bufbuild/protobuf/wkt";
import { Duration, Instant } from "../values/time.js";

export { Duration, Instant };

const NANOS_PER_MICRO = 1000;
const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_HOUR = 3_600_000_000;
const MAX_NANOS = 999_999_999;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the years that a Timestamp may name. */
const MIN_TIMESTAMP_SECONDS = -62_135_596_800;
const MAX_TIMESTAMP_SECONDS = 253_402_300_799;
/** The longest google.protobuf.Duration: 10,000 years. */
const MAX_DURATION_SECONDS = 315_576_000_000n;

/** A Timestamp as an instant; `undefined` where it is unset or names no year from 1 to 9999. */
export function fromTimestamp(timestamp: Timestamp | undefined): Instant | undefined {
  if (timestamp === undefined) return undefined;
  const { nanos } = timestamp;
  const seconds = Number(timestamp.seconds);
  if (seconds < MIN_TIMESTAMP_SECONDS || seconds > MAX_TIMESTAMP_SECONDS) return undefined;
  if (nanos < 0 || nanos > MAX_NANOS) return undefined;
  return new Instant(seconds, Math.floor(nanos / NANOS_PER_MICRO));
}

/** An instant or a `Date` as a Timestamp; unset stays unset. */
export function toTimestamp(
  instant: Instant | Date | undefined,
): MessageInitShape<typeof TimestampSchema> | undefined {
  if (instant === undefined) return undefined;
  if (!(instant instanceof Date)) {
    return { seconds: BigInt(instant.seconds), nanos: instant.micros * NANOS_PER_MICRO };
  }
  const millis = instant.getTime();
  const seconds = Math.floor(millis / 1000);
  return { seconds: BigInt(seconds), nanos: (millis - seconds * 1000) * 1_000_000 };
}

/** A google.protobuf.Duration, whose nanos carry its sign, as a duration; unset stays unset. */
export function fromDuration(message: DurationMessage | undefined): Duration | undefined {
  if (message === undefined) return undefined;
  const seconds = Number(message.seconds);
  const micros = Math.floor(message.nanos / NANOS_PER_MICRO);
  return micros < 0
    ? new Duration(seconds - 1, micros + MICROS_PER_SECOND)
    : new Duration(seconds, micros);
}

/** Whether a google.protobuf.Duration is one by its own rules: in range, and of one sign. */
export function isDuration(message: DurationMessage | undefined): boolean {
  if (message === undefined) return false;
  const { seconds, nanos } = message;
  if (seconds < -MAX_DURATION_SECONDS || seconds > MAX_DURATION_SECONDS) return false;
  if (nanos < -MAX_NANOS || nanos > MAX_NANOS) return false;
  return !(seconds > 0n && nanos < 0) && !(seconds < 0n && nanos > 0);
}

/**
 * Hours as a google.protobuf.Duration of whole microseconds, rounded as Python's
 * `timedelta(hours=…)` does: a half goes to the even neighbour. Takes finite numbers only.
 */
export function hoursToDuration(hours: number): MessageInitShape<typeof DurationSchema> {
  const micros = hoursToMicros(hours);
  const seconds = Math.trunc(micros / MICROS_PER_SECOND);
  const nanos = (micros - seconds * MICROS_PER_SECOND) * NANOS_PER_MICRO;
  return { seconds: BigInt(seconds), nanos };
}

/** A google.protobuf.Duration as hours; unset is 0. */
export function durationToHours(message: DurationMessage | undefined): number {
  if (message === undefined) return 0;
  const micros = Number(message.seconds) * MICROS_PER_SECOND + message.nanos / NANOS_PER_MICRO;
  return micros / MICROS_PER_HOUR;
}

/** Whole and broken hours are multiplied apart, as Python does, so that no whole hour is rounded. */
function hoursToMicros(hours: number): number {
  const whole = Math.trunc(hours);
  const broken = (hours - whole) * MICROS_PER_HOUR;
  const below = Math.floor(broken);
  const excess = broken - below;
  const micros = whole * MICROS_PER_HOUR + below;
  const roundUp = excess === 0.5 ? micros % 2 !== 0 : excess > 0.5;
  return roundUp ? micros + 1 : micros;
}
