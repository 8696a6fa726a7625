/** A binary request of too many entries is refused by its bytes, as the core refuses it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { ErrorReason, TokenErrorDetailSchema } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import {
  BatchValidateTokensRequestSchema,
  CheckPermissionsRequestSchema,
  GenerateTokenRequestSchema,
  RevokeTokensRequestSchema,
  ValidateTokenRequestSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { refuseTooMany } from "../../src/service/index.js";

/** The reason that a request is refused for. */
function reasonFor(input: DescMessage, bytes: Uint8Array): string | undefined {
  try {
    refuseTooMany(input, bytes);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ConnectError);
    const [detail] = error.details;
    assert.ok(detail && "desc" in detail && detail.desc === TokenErrorDetailSchema);
    return ErrorReason[(detail.value as { reason: ErrorReason }).reason];
  }
}

type Request = readonly [DescMessage, Uint8Array];

const request = <D extends DescMessage>(input: D, value: MessageInitShape<D>): Request => [
  input,
  toBinary(input, create(input, value)),
];

describe("a request of too many entries", () => {
  for (const [name, most, withEntries, reason] of [
    [
      "BatchValidateTokens",
      1000,
      (count: number) =>
        request(BatchValidateTokensRequestSchema, { tokens: Array(count).fill("") }),
      "TOO_MANY_TOKENS",
    ],
    [
      "CheckPermissions",
      256,
      (count: number) =>
        request(CheckPermissionsRequestSchema, {
          token: "t".repeat(300),
          permissions: Array(count).fill("p"),
        }),
      "TOO_MANY_PERMISSIONS",
    ],
    [
      "GenerateToken",
      64,
      (count: number) =>
        request(GenerateTokenRequestSchema, {
          userId: "u",
          permissions: Array(count).fill("read"),
          expiresIn: { seconds: 60n },
          additionalData: { a: 1, b: ["c"] },
        }),
      "TOO_MANY_PERMISSIONS",
    ],
    [
      "GenerateToken for audiences",
      16,
      (count: number) =>
        request(GenerateTokenRequestSchema, { userId: "u", audiences: Array(count).fill("a") }),
      "TOO_MANY_AUDIENCES",
    ],
    [
      "RevokeTokens",
      1000,
      (count: number) =>
        request(RevokeTokensRequestSchema, { targets: Array(count).fill({}), reason: "r" }),
      "TOO_MANY_TARGETS",
    ],
  ] as const) {
    it(`${name}: ${most} pass, one more does not`, () => {
      assert.equal(reasonFor(...withEntries(most)), undefined);
      assert.equal(reasonFor(...withEntries(most + 1)), reason);
    });
  }

  it("is counted whatever stands between its entries", () => {
    const entry = Buffer.from([0x0a, 1, 0x61]);
    const others = [
      Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      Buffer.from([0x19, 1, 2, 3, 4, 5, 6, 7, 8]),
      Buffer.from([0x1d, 1, 2, 3, 4]),
      Buffer.from([0x22, 3, 0x0a, 0, 0x0a]),
    ];
    const bytes = (count: number) =>
      Buffer.concat(
        Array.from({ length: count }, (_, i) => [entry, others[i % 4] as Buffer]).flat(),
      );
    assert.equal(reasonFor(BatchValidateTokensRequestSchema, bytes(1000)), undefined);
    assert.equal(reasonFor(BatchValidateTokensRequestSchema, bytes(1001)), "TOO_MANY_TOKENS");
  });

  it("is of an RPC that takes lists, and bytes that are no message are left to the parser", () => {
    const many = Buffer.from("0a00".repeat(2000), "hex");
    assert.equal(reasonFor(ValidateTokenRequestSchema, many), undefined);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2001, maxLength: 4000 }), (bytes) => {
        assert.doesNotThrow(() => reasonFor(BatchValidateTokensRequestSchema, bytes));
      }),
    );
  });
});
