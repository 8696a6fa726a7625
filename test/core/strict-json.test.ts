/** JSON as strict as a token's payload needs it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseStrictJson } from "../../src/core/strict-json.js";

const values = fc.jsonValue({ maxDepth: 6, stringUnit: "binary" });
const depthOf = (value: unknown): number =>
  typeof value !== "object" || value === null
    ? 0
    : 1 + Math.max(0, ...Object.values(value).map(depthOf));

describe("parseStrictJson", () => {
  it("reads whatever JSON.stringify writes, as JSON.parse does", () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseStrictJson(text, 64)?.value, JSON.parse(text));
      }),
    );
  });

  it("takes exactly the depth that it is given, of objects, lists and both", () => {
    fc.assert(
      fc.property(values, (value) => {
        const depth = depthOf(value);
        const text = JSON.stringify(value);
        assert.ok(parseStrictJson(text, depth));
        if (depth > 0) assert.equal(parseStrictJson(text, depth - 1), undefined);
      }),
    );
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
      ['[{"a":', "}]"],
    ] as const) {
      const levels = open.length > 5 ? 2 : 1;
      const nested = (times: number) => open.repeat(times) + 1 + close.repeat(times);
      assert.ok(parseStrictJson(nested(16), 16 * levels));
      assert.equal(parseStrictJson(nested(16), 16 * levels - 1), undefined);
      assert.equal(parseStrictJson(nested(200_000), 33), undefined);
    }
    assert.ok(parseStrictJson('"[[[[{{{{\\"[["', 0), "brackets within text have no depth");
  });

  it("refuses a name twice, wherever it stands and however it is spelled", () => {
    const names = fc.string({ unit: "binary", maxLength: 4 }).filter((name) => name.isWellFormed());
    fc.assert(
      fc.property(names, values, values, fc.nat({ max: 3 }), (name, a, b, shell) => {
        const quoted = JSON.stringify(name);
        const twice = `{${quoted}:${JSON.stringify(a)},"other":0,${quoted}:${JSON.stringify(b)}}`;
        const text = [twice, `[${twice}]`, `{"x":${twice}}`, `{"x":[1,{"y":${twice}}]}`][shell];
        assert.equal(parseStrictJson(text as string, 64), undefined);
      }),
    );
    assert.equal(parseStrictJson('{"user":1,"us\\u0065r":2}', 8), undefined);
    assert.equal(parseStrictJson('{"__proto__":1,"__proto__":2}', 8), undefined);
    assert.ok(parseStrictJson('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}', 8));
  });

  it("refuses numbers beyond a double's range, and marks integers beyond its precision", () => {
    const accepted: [string, boolean][] = [
      ["9007199254740991", false],
      ["9007199254740992", true],
      ["-9007199254740991", false],
      ["-9007199254740992", true],
      ['[1,{"a":123456789012345678901234567890}]', true],
      ['"9007199254740993"', false],
      ["9007199254740993.5", false],
      ["1.7976931348623157e308", false],
      ["1e-400", false],
      ["-0", false],
    ];
    for (const [text, big] of accepted) assert.equal(parseStrictJson(text, 8)?.hasBigInteger, big);
    for (const text of ["1e309", "-1e309", "[1e400]", `1${"0".repeat(400)}`, '{"a":1.8e308}']) {
      assert.equal(parseStrictJson(text, 8), undefined, text);
    }
  });

  it("refuses lone surrogates in values and names, and reads pairs", () => {
    for (const text of ['"\\ud800"', '["\\udc00\\ud800"]', '{"\\ud83d":1}', '{"a":["\\ude00"]}']) {
      assert.equal(parseStrictJson(text, 8), undefined, text);
    }
    assert.equal(parseStrictJson('"\\ud83d\\ude00"', 8)?.value, "\u{1f600}");
  });

  it("refuses what is not JSON, without throwing", () => {
    const texts = [
      "",
      " ",
      "NaN",
      "Infinity",
      "-Infinity",
      "undefined",
      "'a'",
      "{a:1}",
      "[1,]",
      "01",
    ];
    texts.push(
      "\ufeff{}",
      "{} {}",
      '"\n"',
      "// x\n1",
      '{"a"}',
      "]",
      "[",
      '"',
      '"\\',
      "1e",
      "+1",
      "\0",
    );
    for (const text of texts)
      assert.equal(parseStrictJson(text, 8), undefined, JSON.stringify(text));
    const nearly = fc.string({ unit: fc.constantFrom(...'{}[]:,"\\ue0-1.+ntf '), maxLength: 24 });
    fc.assert(
      fc.property(nearly, (text) => {
        const strict = parseStrictJson(text, 8);
        if (strict) assert.deepEqual(strict.value, JSON.parse(text));
      }),
      { numRuns: 5000 },
    );
  });
});
