/** Instants, durations and hours between the client and protobuf, held against the vectors. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create } from "@bufbuild/protobuf";
import { DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import {
  Duration,
  durationToHours,
  fromDuration,
  fromTimestamp,
  hoursToDuration,
  Instant,
} from "../../src/client/time.js";
import { compat } from "../support/vectors.js";

const split = (micros: number) => {
  const seconds = Math.floor(micros / 1_000_000);
  return [seconds, micros - seconds * 1_000_000] as const;
};
const timestamp = (seconds: bigint, nanos: number) => create(TimestampSchema, { seconds, nanos });
const duration = (seconds: bigint, nanos: number) => create(DurationSchema, { seconds, nanos });

describe("client time", () => {
  it("writes time_remaining as str(timedelta)", () => {
    for (const [micros, text] of compat.tables.time_remaining) {
      assert.equal(String(new Duration(...split(micros))), text);
    }
  });
  it("writes instants as isoformat(), in UTC", () => {
    for (const [micros, text] of compat.tables.isoformat) {
      const instant = new Instant(...split(micros));
      assert.equal(JSON.stringify({ instant }), `{"instant":"${text}Z"}`);
      assert.equal(instant.toDate().getTime(), Math.floor(micros / 1000));
    }
  });
  it("rounds hours as timedelta does", () => {
    for (const [hours, micros] of compat.tables.hours_to_us) {
      for (const sign of [1, -1]) {
        const { seconds, nanos } = hoursToDuration(sign * hours);
        assert.equal(Number(seconds) * 1_000_000 + (nanos as number) / 1000, sign * micros || 0);
      }
    }
  });
  it("reads timestamps of the years 1 to 9999, rounded down to the microsecond", () => {
    assert.equal(String(fromTimestamp(timestamp(-1n, 999_999_999))), "1969-12-31T23:59:59.999999Z");
    assert.equal(String(fromTimestamp(timestamp(-62_135_596_800n, 0))), "0001-01-01T00:00:00Z");
    assert.equal(String(fromTimestamp(timestamp(253_402_300_799n, 0))), "9999-12-31T23:59:59Z");
    for (const [seconds, nanos] of [
      [-62_135_596_801n, 0],
      [253_402_300_800n, 0],
      [0n, -1],
      [0n, 1_000_000_000],
    ] as const) {
      assert.equal(fromTimestamp(timestamp(seconds, nanos)), undefined);
    }
    assert.equal(fromTimestamp(undefined), undefined);
  });
  it("reads durations of either sign", () => {
    assert.deepEqual(fromDuration(duration(1n, 2000)), new Duration(1, 2));
    assert.deepEqual(fromDuration(duration(-1n, -250_000_000)), new Duration(-2, 750_000));
    assert.equal(fromDuration(undefined), undefined);
    assert.equal(durationToHours(duration(5400n, 0)), 1.5);
  });
});
