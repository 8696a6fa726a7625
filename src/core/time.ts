/** What the core does with time: the clock, arithmetic, and Python's naive ISO 8601. */
import { Duration, formatNaive, Instant } from "../values/time.js";

export { Duration, formatNaive, Instant };

const SECONDS_PER_DAY = 86_400;
const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_HOUR = 3_600_000_000;
const MIN_SECONDS = -62_135_596_800; // 0001-01-01T00:00:00Z
const MAX_SECONDS = 253_402_300_799; // 9999-12-31T23:59:59Z

/** Tells the present, in microseconds since 1970-01-01T00:00:00Z. */
export type Clock = () => number;

/** The machine's clock. Its resolution is a millisecond. */
export const systemClock: Clock = () => Date.now() * 1000;

/** `later - earlier`. */
export function difference(later: Instant, earlier: Instant): Duration {
  const micros = later.micros - earlier.micros;
  const seconds = later.seconds - earlier.seconds;
  return micros < 0
    ? new Duration(seconds - 1, micros + MICROS_PER_SECOND)
    : new Duration(seconds, micros);
}

/** Whether `a` is later than `b`. */
export function isAfter(a: Instant, b: Instant): boolean {
  return a.seconds > b.seconds || (a.seconds === b.seconds && a.micros > b.micros);
}

/** Whether google.protobuf.Timestamp, years 1 to 9999, can carry the instant. */
export function isRepresentable({ seconds }: Instant): boolean {
  return seconds >= MIN_SECONDS && seconds <= MAX_SECONDS;
}

/** `instant + micros`, for a length of at most 285 years. */
export function addMicros(instant: Instant, micros: number): Instant {
  const sum = instant.micros + micros;
  const carry = Math.floor(sum / MICROS_PER_SECOND);
  return new Instant(instant.seconds + carry, sum - carry * MICROS_PER_SECOND);
}

/**
 * Hours as microseconds, rounded as Python's `timedelta(hours=…)` does: the whole and the broken
 * part are multiplied apart, and a half goes to the even neighbour.
 */
export function hoursToMicros(hours: number): number {
  const whole = Math.trunc(hours);
  const product = (hours - whole) * MICROS_PER_HOUR;
  const truncated = Math.trunc(product);
  const micros = whole * MICROS_PER_HOUR + truncated;
  const rest = product - truncated;
  if (Math.abs(rest) === 0.5) return micros % 2 === 0 ? micros : micros + Math.sign(rest);
  return micros + Math.sign(rest) * Math.round(Math.abs(rest));
}

/**
 * Reads what Python's `isoformat()` writes: `YYYY-MM-DDTHH:MM:SS` with six fractional digits (zeros
 * too, as `timespec="microseconds"` writes them) or none, a date that exists, years 1 to 9999.
 * Anything else is `undefined`.
 */
export function parseNaive(text: string): Instant | undefined {
  const length = text.length;
  if (length !== 19 && length !== 26) return undefined;
  if (text[4] !== "-" || text[7] !== "-" || text[10] !== "T") return undefined;
  if (text[13] !== ":" || text[16] !== ":") return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  let micros = 0;
  if (length === 26) {
    if (text[19] !== ".") return undefined;
    micros = digits(text, 20, 26);
  }
  // A negative part is one that holds a character that is no digit.
  if ((year | month | day | hour | minute | second | micros) < 0) return undefined;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const days = daysSinceEpoch(year, month, day);
  return new Instant(days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second, micros);
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leapDays + dayOfYear - 719_468;
}
