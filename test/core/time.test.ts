/** Instants, durations and their texts, against oracles that share no code with them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  addMicros,
  Duration,
  difference,
  formatNaive,
  hoursToMicros,
  Instant,
  isAfter,
  parseNaive,
} from "../../src/core/time.js";

const pad = (value: number, width = 2) => String(value).padStart(width, "0");
/** 0001-01-01 to 9999-12-31. */
const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
const micros = fc.integer({ min: 0, max: 999_999 });
const instants = fc.tuple(seconds, micros).map(([s, m]) => new Instant(s, m));
/** As one exact count of microseconds. */
const total = (time: { seconds: number; micros: number }) =>
  BigInt(time.seconds) * 1_000_000n + BigInt(time.micros);

/** What Date makes of the parts; undefined when it had to correct one. */
function oracle(parts: readonly number[]): number | undefined {
  const [year, month, day, hour, minute, second] = parts as [number, ...number[]];
  const date = new Date(0);
  date.setUTCFullYear(year, (month as number) - 1, day);
  date.setUTCHours(hour as number, minute, second);
  const back = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return year >= 1 && parts.every((part, i) => part === back[i]) ? +date / 1000 : undefined;
}

describe("parseNaive", () => {
  it("agrees with Date on every date and time of day, existing or not", () => {
    const parts = fc.tuple(
      fc.oneof(fc.integer({ min: 0, max: 9999 }), fc.constantFrom(0, 1, 1900, 2000, 2024, 9999)),
      fc.integer({ min: 0, max: 13 }),
      fc.oneof(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 28, max: 31 })),
      fc.integer({ min: 0, max: 25 }),
      fc.integer({ min: 0, max: 61 }),
      fc.integer({ min: 0, max: 61 }),
    );
    fc.assert(
      fc.property(parts, fc.option(micros), (values, fraction) => {
        const [year, ...rest] = values;
        const [month, day, hour, minute, second] = rest.map((part) => pad(part));
        const whole = `${pad(year, 4)}-${month}-${day}T${hour}:${minute}:${second}`;
        const text = fraction === null ? whole : `${whole}.${pad(fraction, 6)}`;
        const want = oracle(values);
        const got = parseNaive(text);
        assert.deepEqual(got, want === undefined ? undefined : new Instant(want, fraction ?? 0));
      }),
      { numRuns: 5000 },
    );
  });

  it("undoes formatNaive, from year 1 to year 9999", () => {
    fc.assert(
      fc.property(instants, (instant) => {
        assert.deepEqual(parseNaive(formatNaive(instant)), instant);
      }),
    );
  });

  it("reads nothing but the two spellings of isoformat()", () => {
    const good = "2026-11-23T11:32:09.123456";
    for (let at = 0; at < good.length; at++) {
      for (const char of " :-.+/TtZ\u0660\u2013x") {
        if (good[at] === char) continue;
        const text = good.slice(0, at) + char + good.slice(at + 1);
        assert.equal(parseNaive(text), undefined, text);
      }
    }
    for (let length = 0; length < good.length; length++) {
      if (length !== 19) assert.equal(parseNaive(good.slice(0, length)), undefined);
    }
    for (const tail of ["Z", "7", "+00:00", "\0"]) assert.equal(parseNaive(good + tail), undefined);
  });
});

describe("formatNaive", () => {
  it("writes what Date writes, with six digits of fraction or none", () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const whole = new Date(instant.seconds * 1000).toISOString().slice(0, 19);
        const want = instant.micros === 0 ? whole : `${whole}.${pad(instant.micros, 6)}`;
        assert.equal(formatNaive(instant), want);
        assert.equal(String(instant), `${want}Z`);
        assert.equal(JSON.stringify({ instant }), `{"instant":"${want}Z"}`);
      }),
    );
  });
});

describe("hoursToMicros", () => {
  it("is half-even rounding of the exact product where a double holds the product", () => {
    const parts = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.nat());
    fc.assert(
      fc.property(parts, ([shift, n]) => {
        const numerator = n % (8760 * 2 ** shift + 1);
        const [exact, divisor] = [BigInt(numerator) * 3_600_000_000n, 1n << BigInt(shift)];
        const [floor, twice] = [exact / divisor, (exact % divisor) * 2n];
        const up = twice > divisor || (twice === divisor && floor % 2n === 1n);
        assert.equal(hoursToMicros(numerator / 2 ** shift), Number(up ? floor + 1n : floor));
      }),
      { numRuns: 2000 },
    );
  });

  it("is never more than half a microsecond, and a double's error, from the exact product", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 8760, noNaN: true }), (hours) => {
        const scaled = scaleToBigInt(hours, 1074n) * 3_600_000_000n;
        const error = scaled - (BigInt(hoursToMicros(hours)) << 1074n);
        const bound = (1n << 1073n) + (1n << 1054n);
        assert.ok(error <= bound && error >= -bound, String(hours));
      }),
    );
  });
});

describe("Duration and arithmetic", () => {
  it("difference and addMicros are integer arithmetic", () => {
    fc.assert(
      fc.property(instants, instants, (a, b) => {
        const duration = difference(a, b);
        assert.equal(total(duration), total(a) - total(b));
        assert.ok(duration.micros >= 0 && duration.micros < 1_000_000);
        assert.equal(isAfter(a, b), total(a) > total(b));
      }),
    );
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 8760 * 3_600_000_000 }), (a, length) => {
        assert.equal(total(addMicros(a, length)), total(a) + BigInt(length));
      }),
    );
  });

  it("fromMicros and toDate keep the instant", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (count) => {
        const instant = Instant.fromMicros(count);
        assert.equal(total(instant), BigInt(count));
        assert.equal(+instant.toDate(), Math.floor(count / 1000));
      }),
    );
  });

  it("reads as str(timedelta): days, then a clock that never runs backwards", () => {
    fc.assert(
      fc.property(seconds, micros, (s, m) => {
        const text = String(new Duration(s, m));
        const match = /^(?:(-?\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.(\d{6}))?$/.exec(text);
        assert.ok(match, text);
        const [days = 0, hours, minutes, secs, fraction = 0] = match
          .slice(1)
          .map((part) => +(part ?? 0));
        assert.equal((days * 24 + Number(hours)) * 3600 + Number(minutes) * 60 + Number(secs), s);
        assert.equal(fraction, m);
        assert.ok(Number(hours) < 24 && Number(minutes) < 60 && Number(secs) < 60);
        assert.equal(/ day,/.test(text), Math.abs(days) === 1);
      }),
    );
    assert.equal(String(new Duration(-1, 999_999)), "-1 day, 23:59:59.999999");
    assert.equal(JSON.stringify([new Duration(93_784, 0)]), '["1 day, 2:03:04"]');
  });
});

/** A non-negative double times 2^shift, exactly. */
function scaleToBigInt(value: number, shift: bigint): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const exponent = (raw >> 52n) & 0x7ffn;
  const mantissa = raw & ((1n << 52n) - 1n);
  const [significand, power] =
    exponent === 0n ? [mantissa, 1n] : [mantissa | (1n << 52n), exponent];
  return significand << (power - 1075n + shift);
}
