/** What is read without protobuf-es is what protobuf-es reads; what is not, is left to it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, fromBinary, fromJsonString, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { ValidateTokenRequestSchema } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { tokenFromBinary, tokenFromJson } from "../../src/service/token-request.js";

const schema = ValidateTokenRequestSchema;
const tokens = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 40 }).filter((text) => text.isWellFormed()),
  fc.nat({ max: 20_000 }).map((length) => "a".repeat(length)),
);
const tried = { plain: 0 };

function assertAgrees(read: { token: string } | undefined, expected: () => { token: string }) {
  if (read === undefined) return;
  tried.plain++;
  assert.equal(read.token, expected().token);
}

describe("a request of a token, read without protobuf-es", () => {
  it("in binary, well-formed", () => {
    fc.assert(
      fc.property(tokens, (token) => {
        const bytes = Buffer.from(toBinary(schema, create(schema, { token })));
        assertAgrees(tokenFromBinary(bytes), () => fromBinary(schema, bytes));
      }),
    );
    assert.ok(tried.plain > 20);
    assert.deepEqual(tokenFromBinary(Buffer.from("0a0161", "hex")), { token: "a" });
  });

  it("in binary, damaged in any way", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.tuple(tokens, fc.nat(), fc.nat({ max: 255 })).map(([token, at, byte]) => {
        const whole = toBinary(schema, create(schema, { token }));
        if (whole.length > 0) whole[at % whole.length] = byte;
        return whole;
      }),
      fc.tuple(tokens, fc.uint8Array({ maxLength: 3 })).map(([token, more]) => {
        return Buffer.concat([toBinary(schema, create(schema, { token })), more]);
      }),
    );
    fc.assert(
      fc.property(bytes, (array) => {
        const buffer = Buffer.from(array);
        assertAgrees(tokenFromBinary(buffer), () => fromBinary(schema, buffer));
      }),
      { numRuns: 5000 },
    );
    const long = Buffer.concat([Buffer.from("0a8080", "hex"), Buffer.alloc(16_384, "a")]);
    assert.equal(tokenFromBinary(long), undefined, "a length of three bytes");
    assert.equal(tokenFromBinary(Buffer.from("0a02c285", "hex")), undefined, "not ASCII");
    assert.equal(tokenFromBinary(Buffer.from("0a01ff", "hex")), undefined, "not UTF-8");
  });

  it("in JSON", () => {
    const values = fc.oneof(
      tokens.map((token) => JSON.stringify({ token })),
      tokens.map((token) => JSON.stringify({ token }, null, 2)),
      fc.json(),
      fc.tuple(tokens, tokens).map(([a, b]) => {
        return `{"token":${JSON.stringify(a)},"token":${JSON.stringify(b)}}`;
      }),
      fc.string({ unit: fc.constantFrom(...'{}[]":,tokenul\\ \ufeff'), maxLength: 14 }),
    );
    fc.assert(
      fc.property(values, (text) => {
        const buffer = Buffer.from(text);
        const expected = () => fromJsonString(schema, text, { ignoreUnknownFields: true });
        assertAgrees(tokenFromJson(buffer), expected);
      }),
      { numRuns: 5000 },
    );
    assert.deepEqual(tokenFromJson(Buffer.from('{ "token": "a" }')), { token: "a" });
    for (const text of [
      '{"token":"}',
      '{"token":null}',
      '{"token":"a","x":1}',
      '{"token":"\\u0061"}',
      "[]",
    ]) {
      assert.equal(tokenFromJson(Buffer.from(text)), undefined, text);
    }
    assert.equal(tokenFromJson(Buffer.from('{"token":"\xff"}', "latin1")), undefined);
  });
});
