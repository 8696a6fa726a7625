/** Lifetimes as people say them. */

/** Hours of each unit. */
export const UNIT_HOURS = {
  seconds: 1 / 3600,
  minutes: 1 / 60,
  hours: 1,
  days: 24,
} as const;

/** A unit of time. */
export type Unit = keyof typeof UNIT_HOURS;

/** What is typed: a number that may not be one yet, and its unit. */
export interface Lifetime {
  readonly amount: string;
  readonly unit: Unit;
}

/** In hours; NaN for what is no number. */
export function toHours({ amount, unit }: Lifetime): number {
  return amount.trim() === "" ? Number.NaN : Number(amount) * UNIT_HOURS[unit];
}

/** The longest lifetime, in hours: a year. */
const MAX_HOURS = 8760;
const MICROS_PER_HOUR = 3_600_000_000;

/** What is wrong with a lifetime, in whatever unit it is typed; `undefined` where it is right. */
export function lifetimeFault(lifetime: Lifetime): string | undefined {
  const hours = toHours(lifetime);
  const inRange = hours <= MAX_HOURS && Math.round(hours * MICROS_PER_HOUR) >= 1;
  return inRange
    ? undefined
    : `A lifetime must be a number above 0, and at most ${MAX_HOURS} hours, a year`;
}

/** As protobuf's JSON spells a Duration, to the microsecond: "5400s". */
export function toDurationJson(lifetime: Lifetime): string {
  const micros = Math.round(toHours(lifetime) * MICROS_PER_HOUR);
  return `${micros / 1_000_000}s`;
}

/** Milliseconds as a clock: "0:59:59", "364 d 23:59:59". */
export function formatClock(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const [days, rest] = [Math.floor(seconds / 86_400), seconds % 86_400];
  const [hours, minutes] = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60];
  const clock = `${hours}:${twoDigits(minutes)}:${twoDigits(rest % 60)}`;
  return days > 0 ? `${days} d ${clock}` : clock;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
