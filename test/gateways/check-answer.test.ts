/** Check's answer, written without a message, is what protobuf-es writes of the message, to the byte. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { CheckResponseSchema } from "../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import {
  type Allowed,
  allowed,
  checkAnswer,
  type Verdict,
} from "../../src/gateways/check-answer.js";
import { toRefusal } from "../../src/gateways/refusal.js";
import { fixedManager } from "../support/fixed-manager.js";

const RESERVED = 5;

/** Texts of any length, with halves of surrogate pairs. */
const text = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("", "\ud800", "é".repeat(43), "a".repeat(200)),
);
const name = fc.constantFrom("authorization", "cookie");
const manager = await fixedManager();
const valid = manager.validateToken(manager.generateToken("ada").token);

const verdict: fc.Arbitrary<Allowed> = fc
  .record({
    userId: text,
    tokenId: text,
    sessionId: text,
    permissions: fc.array(text, { maxLength: 5 }),
    replaced: fc.dictionary(name, text),
  })
  .map(({ replaced, ...claims }) => allowed({ ...valid, ...claims }, replaced));

function throughMessage(value: Verdict): Buffer {
  return Buffer.from(
    toBinary(CheckResponseSchema, create(CheckResponseSchema, checkAnswer.toMessage(value))),
  );
}

function written(value: Verdict): Buffer {
  return Buffer.from(checkAnswer.toBinary(value, RESERVED).subarray(RESERVED));
}

describe("Check's answer in bytes", () => {
  it("is the message's, for whatever a token may say", () => {
    fc.assert(
      fc.property(verdict, (value) => {
        assert.deepEqual(written(value), throughMessage(value));
      }),
    );
  });

  it("is the message's for a refusal", () => {
    const away = new ConnectError("away", Code.Unavailable, { "retry-after": "3" });
    for (const error of [new ConnectError("what", Code.InvalidArgument), away]) {
      const value = { error, refusal: toRefusal(error) };
      assert.deepEqual(written(value), throughMessage(value));
    }
  });
});
