/** Answers about revocations in binary are, byte for byte, what protobuf-es writes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  ListRevocationsResponseSchema,
  RevokeTokensResponseSchema,
  WatchRevocationsResponseSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import {
  type PlannedRevocation,
  type Revocation,
  type RevocationOutcome,
  userKey,
} from "../../src/core/index.js";
import { FIRST_MICROS, LAST_MICROS } from "../../src/core/revocations.js";
import type { Answer } from "../../src/service/answers.js";
import { listAnswer, outcomesAnswer, pageToBinary } from "../../src/service/revocation-answers.js";
import { toRevocation } from "../../src/service/revocation-convert.js";

const RESERVED = 5;

function assertSame<V, O extends DescMessage>(answer: Answer<V, O>, schema: O, value: V): void {
  const expected = toBinary(schema, create(schema, answer.toMessage(value)));
  const written = answer.toBinary(value, RESERVED).subarray(RESERVED);
  assert.equal(Buffer.from(written).toString("hex"), Buffer.from(expected).toString("hex"));
}

const text = (maxLength: number) =>
  fc.string({ unit: "grapheme", maxLength }).filter((t) => t.isWellFormed());
const micros = fc
  .tuple(
    fc.integer({ min: FIRST_MICROS / 1e6, max: Math.floor(LAST_MICROS / 1e6) - 1 }),
    fc.integer({ min: 0, max: 999_999 }),
  )
  .map(([seconds, rest]) => seconds * 1e6 + rest);
const times = { issuedBefore: micros, expiresAt: micros, revokedAt: micros };
const entry: fc.Arbitrary<Revocation> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("TOKEN" as const, "SESSION" as const),
    id: text(300),
    ...times,
    reason: text(128),
  }),
  fc.record({
    kind: fc.constant("USER" as const),
    id: text(8).map(userKey),
    ...times,
    reason: text(128),
  }),
  fc.record({
    kind: fc.constant("EVERYTHING" as const),
    id: fc.constant(""),
    ...times,
    reason: text(4),
  }),
);

describe("answers about revocations in binary", () => {
  it("are a list as protobuf-es writes it", () => {
    const page = fc.record({
      revocations: fc.array(entry, { maxLength: 40 }),
      nextPageToken: fc.option(text(20), { nil: undefined }),
    });
    fc.assert(
      fc.property(page, (value) => assertSame(listAnswer, ListRevocationsResponseSchema, value)),
    );
  });

  it("are pages of the feed as protobuf-es writes them, without reasons", () => {
    const revocations = fc.array(entry, { maxLength: 40 });
    const flags = { first: fc.boolean(), last: fc.boolean() };
    const event = fc.oneof(
      fc.record({ kind: fc.constant("SNAPSHOT" as const), revocations, ...flags }),
      fc.record({ kind: fc.constant("CHANGES" as const), revocations }),
    );
    const schema = WatchRevocationsResponseSchema;
    fc.assert(
      fc.property(event, (one) => {
        const entries = one.revocations.map((each) => toRevocation({ ...each, reason: "" }));
        const message =
          one.kind === "SNAPSHOT"
            ? { case: "snapshot" as const, value: { ...one, revocations: entries } }
            : { case: "changes" as const, value: { revocations: entries } };
        const expected = toBinary(schema, create(schema, { event: message }));
        const written = pageToBinary(one, RESERVED).subarray(RESERVED);
        assert.equal(Buffer.from(written).toString("hex"), Buffer.from(expected).toString("hex"));
      }),
    );
  });

  it("are outcomes as protobuf-es writes them", () => {
    const outcome = fc.constantFrom<RevocationOutcome>(
      "REVOKED",
      "ALREADY_EXPIRED",
      "NOT_AUTHENTIC",
    );
    const planned: fc.Arbitrary<PlannedRevocation[]> = fc.array(fc.record({ outcome }));
    fc.assert(
      fc.property(planned, (value) =>
        assertSame(outcomesAnswer, RevokeTokensResponseSchema, value),
      ),
    );
  });
});
