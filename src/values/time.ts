/**
 * Instants and durations to the microsecond.
 *
 * A microsecond count fits a double only until the year 2255, and tokens may name later years, so
 * an instant is a pair: whole seconds since 1970 and the microseconds within them.
 */

const SECONDS_PER_DAY = 86_400;
const MICROS_PER_SECOND = 1_000_000;

/** A point in time, exact to the microsecond. */
export class Instant {
  /** Whole seconds since 1970-01-01T00:00:00Z; negative before it. */
  readonly seconds: number;
  /** Microseconds within the second, 0 to 999,999. */
  readonly micros: number;

  constructor(seconds: number, micros: number) {
    this.seconds = seconds;
    this.micros = micros;
  }

  /** The instant that is `micros` microseconds since 1970; exact up to the year 2255. */
  static fromMicros(micros: number): Instant {
    const seconds = Math.floor(micros / MICROS_PER_SECOND);
    return new Instant(seconds, micros - seconds * MICROS_PER_SECOND);
  }

  /** This instant as a `Date`, rounded down to the millisecond. */
  toDate(): Date {
    return new Date(this.seconds * 1000 + Math.floor(this.micros / 1000));
  }

  /** RFC 3339, in UTC: `2026-11-23T11:32:09.123456Z`. */
  toString(): string {
    return `${formatNaive(this)}Z`;
  }

  /** As `toString`. */
  toJSON(): string {
    return this.toString();
  }
}

/** A length of time, exact to the microsecond. */
export class Duration {
  /** Whole seconds; negative for a negative duration. */
  readonly seconds: number;
  /** Microseconds to add to them, 0 to 999,999. */
  readonly micros: number;

  constructor(seconds: number, micros: number) {
    this.seconds = seconds;
    this.micros = micros;
  }

  /** As Python's `str(timedelta)`: `1 day, 2:03:04`, `0:59:59.999648`. */
  toString(): string {
    const days = Math.floor(this.seconds / SECONDS_PER_DAY);
    const rest = this.seconds - days * SECONDS_PER_DAY;
    const minutes = Math.floor(rest / 60) % 60;
    const clock = `${Math.floor(rest / 3600)}:${twoDigits(minutes)}:${twoDigits(rest % 60)}`;
    const text = this.micros > 0 ? `${clock}.${String(this.micros).padStart(6, "0")}` : clock;
    if (days === 0) return text;
    return `${days} ${Math.abs(days) === 1 ? "day" : "days"}, ${text}`;
  }

  /** As `toString`. */
  toJSON(): string {
    return this.toString();
  }
}

/** Naive ISO 8601 in UTC as Python's `isoformat()` writes it: six fractional digits or none. */
export function formatNaive({ seconds, micros }: Instant): string {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor(rest / 60) % 60;
  const text = `${dateText(days)}T${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(rest % 60)}`;
  return micros > 0 ? `${text}.${String(micros).padStart(6, "0")}` : text;
}

/** The dates that were asked for last, by day since 1970. A token's two days are often the last one's. */
const recentDates = new Map<number, string>();
const MAX_RECENT_DATES = 512;

function dateText(days: number): string {
  let text = recentDates.get(days);
  if (text === undefined) {
    text = new Date(days * SECONDS_PER_DAY * 1000).toISOString().slice(0, 10);
    if (recentDates.size >= MAX_RECENT_DATES) recentDates.clear();
    recentDates.set(days, text);
  }
  return text;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
