/** A payload's text: written in one way, read strictly. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { additionalDataText } from "../../src/core/additional-data-text.js";
import { writeClaims } from "../../src/core/claims.js";
import { readClaims } from "../../src/core/read-claims.js";
import { addMicros, formatNaive, Instant } from "../../src/core/time.js";
import { NOW_MICROS, NOW_SECONDS } from "../support/fixed-manager.js";
import { payloadText } from "../support/sealed.js";

const NOW = Instant.fromMicros(NOW_MICROS);
const read = (text: string, timestamp = NOW_SECONDS) => readClaims(text, timestamp, NOW);
const malformed = { name: "InvalidTokenError", message: "Token format is invalid" };
const text = fc.string({ unit: "binary" }).filter((candidate) => candidate.isWellFormed());
const local = (seconds: number, micros = 0) =>
  formatNaive(new Instant(NOW_SECONDS + seconds, micros));

describe("claims", () => {
  it("come back as they were written", () => {
    const data = fc.dictionary(text, fc.jsonValue({ stringUnit: "grapheme" }), { maxKeys: 4 });
    const ages = fc.integer({ min: 0, max: 86_400_000_000 });
    fc.assert(
      fc.property(
        text,
        fc.array(text),
        data,
        ages,
        fc.boolean(),
        fc.boolean(),
        fc.array(text, { maxLength: 3 }),
        (userId, permissions, extra, age, session, bounded, audiences) => {
          const issuedAt = addMicros(NOW, -age);
          const additionalDataJson = JSON.stringify(extra);
          const written = {
            tokenId: "id",
            userId,
            permissions,
            issuedAt,
            expiresAt: addMicros(issuedAt, 3_600_000_000),
            sessionId: session ? "first" : "id",
            sessionStartedAt: session ? addMicros(issuedAt, -1) : issuedAt,
            ...(bounded && {
              sessionExpiresAt: addMicros(issuedAt, 7_200_000_000),
              holderRefresh: false as const,
            }),
            ...(audiences.length > 0 && { audiences }),
          };
          const payload = writeClaims({ ...written, additionalDataJson });
          const claims = readClaims(payload, issuedAt.seconds, NOW);
          const { additionalData, additionalDataJson: exact, ...rest } = claims;
          assert.deepEqual(rest, written);
          if (exact === undefined) assert.deepEqual(additionalData, JSON.parse(additionalDataJson));
          else assert.equal(exact, additionalDataJson);
          assert.equal(additionalDataText(payload), additionalDataJson);
        },
      ),
    );
  });

  it("name the first required claim that is missing", () => {
    for (const claim of ["token_id", "user_id", "expires_at"]) {
      assert.throws(() => read(payloadText({ [claim]: undefined })), {
        message: `Field ${claim} is missing in token`,
        reason: "CLAIM_MISSING",
        metadata: { claim },
      });
    }
    for (const claim of ["issued_at", "version"]) {
      assert.throws(() => read(payloadText({ [claim]: undefined })), malformed);
    }
    const { permissions, additionalData } = read(
      payloadText({ permissions: undefined, additional_data: undefined }),
    );
    assert.deepEqual([permissions, additionalData], [[], {}]);
    const inherited = '{"__proto__":{"token_id":"a","user_id":"b","expires_at":"c"}}';
    assert.throws(() => read(inherited), { reason: "CLAIM_MISSING" });
  });

  it("have their types", () => {
    const names = ["token_id", "user_id", "permissions", "issued_at", "expires_at", "version"];
    const strange = [null, 1, true, {}, { 0: "a", length: 1 }, [1], [["admin"]], ["a", null]];
    const session = ["session_id", "session_started_at", "session_expires_at", "holder_refresh"];
    for (const name of [...names, ...session, "audiences", "additional_data"]) {
      for (const value of [...strange, "x"]) {
        const right =
          (typeof value === "string" && /_id$/.test(name)) ||
          (name === "holder_refresh" && value === true) ||
          (name === "additional_data" && /^\{/.test(JSON.stringify(value)));
        const run = () => read(payloadText({ [name]: value }));
        if (right) assert.ok(run());
        else assert.throws(run, malformed, `${name}: ${JSON.stringify(value)}`);
      }
    }
  });

  it("have ids that can be revoked: whoever holds the key could make others", () => {
    for (const name of ["token_id", "session_id"]) {
      const holds = (id: string) => read(payloadText({ session_id: "s", [name]: id }));
      for (const id of ["x", "é", " ", "x".repeat(64)]) assert.ok(holds(id), id);
      for (const id of ["", "x".repeat(65), "a\u0000b", "a\n", "\u0085"]) {
        assert.throws(() => holds(id), malformed, `${name}: ${JSON.stringify(id)}`);
      }
    }
  });

  it("read a zone of up to 15 hours, a remainder of up to 60 s", () => {
    const at = (seconds: number, micros = 0) =>
      read(payloadText({ issued_at: local(seconds, micros), expires_at: local(seconds + 3600) }));
    for (let quarter = -60; quarter <= 60; quarter++) {
      for (const rest of [0, -60, 60]) {
        const issued = at(quarter * 900 + rest).issuedAt;
        assert.equal(issued.seconds, NOW_SECONDS + rest);
      }
      for (const [rest, micros] of [
        [60, 1],
        [-61, 999_999],
      ] as const) {
        assert.throws(() => at(quarter * 900 + rest, micros), malformed);
      }
    }
    for (const seconds of [-61 * 900, 61 * 900]) assert.throws(() => at(seconds), malformed);
  });

  it("may be issued 60 s ahead of now, and not a microsecond more", () => {
    const ahead = (micros: number) => {
      const issued = addMicros(NOW, 60_000_000 + micros);
      const payload = payloadText({ issued_at: formatNaive(issued), expires_at: local(7200) });
      return read(payload, issued.seconds);
    };
    assert.ok(ahead(0));
    assert.throws(() => ahead(1), malformed);
  });

  it("stay within the years 1 to 9999 once the zone is taken off", () => {
    const expiring = (expires_at: string, hours: number) =>
      read(payloadText({ issued_at: local(hours * 3600), expires_at }));
    assert.ok(expiring("9999-12-31T23:59:59.999999", 0));
    assert.throws(() => expiring("9999-12-31T23:59:59.999999", -1), malformed);
    assert.ok(expiring("0001-01-01T00:00:00", 0));
    assert.throws(() => expiring("0001-01-01T00:00:00", 1), malformed);
  });
});

describe("additional_data, digit for digit", () => {
  const holding = (json: string) =>
    payloadText({ additional_data: "HERE" }).replace('"HERE"', json);

  it("keeps big integers, spaces and __proto__", () => {
    for (const json of ['{"a":9007199254740993}', '{ "a" : [ -12345678901234567890 ] }']) {
      const claims = read(holding(json));
      assert.equal(claims.additionalDataJson, json);
    }
    const claims = read(holding('{"__proto__":{"admin":true}}'));
    assert.equal(claims.additionalDataJson, '{"__proto__":{"admin":true}}');
    assert.equal((claims.additionalData as { admin?: boolean }).admin, undefined);
    assert.deepEqual(Object.keys(claims.additionalData), ["__proto__"]);
  });

  it("is found behind anything that looks like it", () => {
    const data = '{"additional_data":{"x":1}}';
    const decoys = [
      holding(data).replace('"user_123"', '"\\"additional_data\\":{\\"evil\\":1}"'),
      holding(data).replace('["read","write"]', '["additional_data","}"]'),
      holding(data).replace("{", '{"nested":{"additional_data":{"evil":1}},'),
      holding(data).replace(":{", " \n:\t {"),
      holding(data).replace('"additional_data"', '"additional_\\u0064ata"'),
    ];
    for (const decoy of decoys) {
      assert.deepEqual(read(decoy).additionalData, JSON.parse(data));
      assert.equal(additionalDataText(decoy), data, decoy);
    }
    assert.equal(additionalDataText(payloadText({ additional_data: undefined })), "{}");
  });

  it("is marked where a name is __proto__ in any spelling", () => {
    const json = '{"__pr\\u006fto__":{"a":1}}';
    assert.equal(read(holding(json)).additionalDataJson, json);
  });
});
