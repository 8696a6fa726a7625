/** Answers written without a message are those that protobuf-es writes of the message, to the byte. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, type DescMessage, toBinary, toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  BatchValidateTokensResponseSchema,
  GenerateTokenResponseSchema,
  ValidateTokenResponseSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { expiredToken, missingClaim, revokedToken } from "../../src/core/errors.js";
import { Duration, Instant, type JsonObject, type ValidToken } from "../../src/core/index.js";
import {
  ANSWER_JSON,
  type Answer,
  batchAnswer,
  issuedAnswer,
  validAnswer,
} from "../../src/service/answers.js";
import { fixedManager } from "../support/fixed-manager.js";

const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ maxLength }),
    fc.string({ unit: "binary", maxLength }).filter((value) => value.isWellFormed()),
  );
const micros = fc.oneof(
  fc.constantFrom(0, 1, 1000, 120_000, 999_000, 999_999),
  fc.nat({ max: 999_999 }),
);
const instant = fc
  .tuple(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), micros)
  .map(([seconds, part]) => new Instant(seconds, part));
const lifetime = fc
  .tuple(fc.oneof(fc.nat({ max: 200 }), fc.integer({ min: 0, max: 3e11 })), micros)
  .map(([seconds, part]) => new Duration(seconds, part));
const data = fc
  .dictionary(text(50), fc.jsonValue({ maxDepth: 4, stringUnit: "grapheme" }), { maxKeys: 6 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
  .filter((value) => !JSON.stringify(value).includes("__proto__"));
const valid: fc.Arbitrary<ValidToken> = fc.record({
  valid: fc.constant(true as const),
  tokenId: text(40),
  userId: text(300),
  permissions: fc.array(text(60), { maxLength: 5 }),
  issuedAt: instant,
  expiresAt: instant,
  additionalData: data,
  sessionId: text(40),
  sessionStartedAt: instant,
  timeRemaining: lifetime,
  keyId: fc.constant("0123456789abcdef"),
});
const forSomeone = fc
  .record({ value: valid, audiences: fc.array(text(300), { minLength: 1, maxLength: 3 }) })
  .chain(({ value, audiences }) =>
    fc.constantFrom({}, { checkedAudience: audiences[0] as string }).map((checked) => ({
      ...value,
      audiences,
      ...checked,
    })),
  );
const exact = valid.map((value) => ({
  ...value,
  additionalData: { id: 9007199254740993n },
  additionalDataJson: '{"id":9007199254740993}',
}));

const anyValid = fc.oneof(valid, forSomeone);

function assertAsMessage<V, O extends DescMessage>(answer: Answer<V, O>, schema: O, value: V) {
  const message = create(schema, answer.toMessage(value));
  const expected = Buffer.from(toBinary(schema, message));
  for (const reserve of [0, 5]) {
    const written = answer.toBinary(value, reserve);
    assert.deepEqual(Buffer.from(written).subarray(reserve), expected);
  }
  assert.equal(answer.toJson(value), toJsonString(schema, message, ANSWER_JSON));
}

describe("answers without a message", () => {
  it("ValidateToken's", () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: anyValid }, exact), (value) =>
        assertAsMessage(validAnswer, ValidateTokenResponseSchema, value),
      ),
      { numRuns: 1000 },
    );
  });

  it("GenerateToken's", () => {
    fc.assert(
      fc.property(anyValid, text(9000), (value, token) =>
        assertAsMessage(issuedAnswer, GenerateTokenResponseSchema, { ...value, token }),
      ),
      { numRuns: 500 },
    );
  });

  it("BatchValidateTokens', errors among them", async () => {
    const manager = await fixedManager();
    const [wrong, empty] = manager.batchValidateTokens(["junk", " "]);
    assert.ok(wrong && "error" in wrong && empty && "error" in empty);
    const subject = { tokenId: "t", userId: "u", keyId: "k" };
    const expired = instant.map((at) => ({ error: expiredToken(at, subject) }));
    const incomplete = text(40).map((claim) => ({ error: missingClaim(claim) }));
    const result = fc.oneof(
      { weight: 5, arbitrary: valid.map((claims) => ({ claims })) },
      { weight: 1, arbitrary: exact.map((claims) => ({ claims })) },
      { weight: 2, arbitrary: fc.constantFrom(wrong, empty, { error: revokedToken(subject) }) },
      { weight: 2, arbitrary: fc.oneof(expired, incomplete) },
    );
    fc.assert(
      fc.property(fc.array(result, { maxLength: 6 }), (results) =>
        assertAsMessage(batchAnswer, BatchValidateTokensResponseSchema, results),
      ),
      { numRuns: 300 },
    );
  });

  it("however long they are", () => {
    for (const length of [41, 42, 43, 126, 127, 128, 16_383, 16_384, 70_000, 2_100_000]) {
      const value = {
        valid: true as const,
        tokenId: "t",
        userId: "u".repeat(length),
        permissions: ["\u00e9".repeat(length)],
        issuedAt: new Instant(0, 0),
        expiresAt: new Instant(1, 1),
        additionalData: { a: "b".repeat(length), c: ["d".repeat(length), { e: 1.5 }] },
        sessionId: "s",
        sessionStartedAt: new Instant(0, 0),
        timeRemaining: new Duration(0, 0),
        keyId: "k",
      };
      assertAsMessage(validAnswer, ValidateTokenResponseSchema, value);
      assertAsMessage(batchAnswer, BatchValidateTokensResponseSchema, [{ claims: value }]);
    }
  });
});
