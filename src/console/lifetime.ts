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

/** As protobuf's JSON spells a Duration, to the microsecond: "5400s". */
export function toDurationJson(lifetime: Lifetime): string {
  const micros = Math.round(toHours(lifetime) * 3_600_000_000);
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
