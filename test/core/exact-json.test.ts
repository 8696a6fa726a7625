/** JSON that keeps every digit. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseExactJson, stringifyExactJson } from "../../src/core/exact-json.js";
import { parseStrictJson } from "../../src/core/strict-json.js";

const ROOMY = { depth: 64, nodes: 100_000, bytes: 10_000_000 };
/** Integers that a double would change. */
const bigIntegers = fc
  .bigInt({ min: 2n ** 53n, max: 2n ** 80n })
  .chain((value) => fc.constantFrom(value, -value));
const leaves = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1.5, -3, 1e300, 5e-324),
  fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
  bigIntegers,
);
/**
 * No name holds a backslash: on Node 24 and 26, once JSON.parse has met such a name, it may take another
 * with an escape at the same place for it (`a"` for `a\`).
 */
const names = fc.oneof(
  fc
    .string({ unit: "binary", maxLength: 6 })
    .filter((text) => text.isWellFormed() && !text.includes("\\")),
  fc.constantFrom("__proto__", "constructor", "toString", "0", "-1", '"'),
);
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaves,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(names, tie("value")), { maxLength: 4 }).map(Object.fromEntries),
  ),
}));

function textOf(value: unknown): string {
  const text = stringifyExactJson(value, ROOMY);
  assert.equal(typeof text, "string");
  return text as string;
}

function ruleOf(value: unknown, limits = ROOMY): string {
  const result = stringifyExactJson(value, limits);
  assert.ok(typeof result === "object", "accepted");
  return result.rule;
}

describe("exact JSON", () => {
  it("comes back as it went, big integers and __proto__ too", () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = textOf(value);
        assert.ok(parseStrictJson(text, 64), "what is written is strict JSON");
        assert.deepEqual(parseExactJson(text), value);
        assert.equal(textOf(parseExactJson(text)), text);
      }),
      { numRuns: 500 },
    );
  });

  it("is JSON.stringify and JSON.parse where there is no big integer", () => {
    const plain = fc.jsonValue({ stringUnit: "grapheme" }).filter((value) => {
      const text = JSON.stringify(value);
      return parseStrictJson(text, 64)?.hasBigInteger === false;
    });
    fc.assert(
      fc.property(plain, fc.constantFrom(undefined, 1, "\t", "\r\n"), (value, space) => {
        assert.equal(textOf(value), JSON.stringify(value));
        const spaced = JSON.stringify(value, null, space);
        assert.deepEqual(parseExactJson(spaced), JSON.parse(spaced));
      }),
    );
  });

  it("holds each cap exactly", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: [nested(levels - 1)] });
    assert.equal(ruleOf(nested(3), { ...ROOMY, depth: 5 }), "must be at most 5 levels deep");
    assert.ok(stringifyExactJson(nested(3), { ...ROOMY, depth: 6 }));
    const list = Array(9).fill(0);
    assert.equal(typeof stringifyExactJson(list, { ...ROOMY, nodes: 10 }), "string");
    assert.equal(ruleOf(list, { ...ROOMY, nodes: 9 }), "must hold at most 9 values");
    const text = { k: "\u20ac\u{1f600}" };
    const bytes = Buffer.byteLength(JSON.stringify(text));
    assert.equal(typeof stringifyExactJson(text, { ...ROOMY, bytes }), "string");
    assert.equal(
      ruleOf(text, { ...ROOMY, bytes: bytes - 1 }),
      `must be at most ${bytes - 1} bytes as JSON`,
    );
  });

  it("ends on a cycle", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    assert.match(ruleOf(cycle), /levels deep|values/);
  });

  it("refuses what JSON cannot hold", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      assert.equal(ruleOf({ a: [value] }), "must hold finite numbers only");
    }
    const foreign = [
      undefined,
      () => 1,
      Symbol("s"),
      new Date(0),
      new Map(),
      new (class A {})(),
      /x/,
    ];
    for (const value of [...foreign, Array(1)]) {
      assert.equal(ruleOf({ a: value }), "must hold JSON values only");
    }
    for (const value of ["\ud800", ["x\udfff"], { "\udc00": 1 }]) {
      assert.equal(ruleOf(value), "must hold well-formed Unicode only");
    }
  });
});
