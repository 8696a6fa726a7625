/** What is read without protobuf-es is what protobuf-es reads; what is not, is left to it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, fromBinary, type JsonObject, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { GenerateTokenRequestSchema } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { generateFromBinary } from "../../src/service/generate-request.js";

const schema = GenerateTokenRequestSchema;
const text = fc.oneof(
  { weight: 20, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor") },
);
const value = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 200 }) },
  { weight: 4, arbitrary: fc.double() },
  { weight: 4, arbitrary: fc.boolean() },
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.array(fc.string(), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.string(), fc.integer(), { maxKeys: 2 }) },
);
const requests = fc
  .record(
    {
      userId: fc.oneof(
        { weight: 9, arbitrary: text },
        { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
      ),
      permissions: fc.array(text, { maxLength: 5 }),
      audiences: fc.array(text, { maxLength: 3 }),
      expiresIn: fc.record({
        seconds: fc.bigInt({ min: -5n, max: 400_000_000n }),
        nanos: fc.integer({ min: -5, max: 999_999_999 }),
      }),
      additionalData: fc.dictionary(text, value, { maxKeys: 4 }),
    },
    { requiredKeys: [] },
  )
  .filter(({ additionalData }) => hasFiniteNumbers(additionalData))
  .map((request) => toBinary(schema, create(schema, request as object)));

let plain = 0;

/** Whether protobuf's JSON can tell every number. */
function hasFiniteNumbers(data: Record<string, unknown> | undefined): boolean {
  return Object.values(data ?? {}).every((x) => typeof x !== "number" || Number.isFinite(x));
}

function assertAgrees(bytes: Buffer): void {
  const read = generateFromBinary(bytes);
  if (read === undefined) return;
  plain++;
  const { userId, permissions, expiresIn, additionalData, audiences } = fromBinary(schema, bytes);
  const { seconds, nanos } = expiresIn ?? {};
  assert.deepEqual(
    { ...read, expiresIn: { seconds: read.expiresIn?.seconds, nanos: read.expiresIn?.nanos } },
    { userId, permissions, expiresIn: { seconds, nanos }, additionalData, audiences },
  );
}

function encode(request: { userId?: string; additionalData?: JsonObject }): Buffer {
  return Buffer.from(toBinary(schema, create(schema, request)));
}

describe("a request of GenerateToken, read without protobuf-es", () => {
  it("says the same, well-formed", () => {
    fc.assert(
      fc.property(requests, (bytes) => assertAgrees(Buffer.from(bytes))),
      { numRuns: 1000 },
    );
    assert.ok(plain > 200, `${plain} were plain`);
  });

  it("says the same, damaged in any way", () => {
    const damaged = fc.oneof(
      fc.uint8Array({ maxLength: 16 }),
      fc.tuple(requests, fc.nat(), fc.nat({ max: 255 })).map(([whole, at, byte]) => {
        if (whole.length > 0) whole[at % whole.length] = byte;
        return whole;
      }),
      fc.tuple(requests, fc.nat()).map(([whole, at]) => whole.subarray(0, at % (whole.length + 1))),
      fc.tuple(requests, requests).map((both) => Buffer.concat(both)),
    );
    fc.assert(
      fc.property(damaged, (bytes) => assertAgrees(Buffer.from(bytes))),
      { numRuns: 5000 },
    );
  });

  it("leaves to protobuf-es what is not plain", () => {
    const cases: Record<string, Buffer> = {
      "beyond ASCII": encode({ userId: "ä" }),
      "a name of Object's own": encode({ additionalData: { constructor: "x" } }),
      "an object within": encode({ additionalData: { a: { b: 1 } } }),
      "a field twice": Buffer.concat([encode({ userId: "a" }), encode({ userId: "b" })]),
      "a field that is not known": Buffer.from("7a0161", "hex"),
      "a length beyond the end": Buffer.from("0a0561", "hex"),
      "a length that is not the shortest": Buffer.from("0a810061", "hex"),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      assert.equal(generateFromBinary(bytes), undefined, name);
    }
  });
});
