/** additional_data_json, digit for digit. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseExactJson } from "../../src/client/exact-json.js";

describe("parseExactJson", () => {
  it("reads all that JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, "\t"), (text, indent) => {
        const value = JSON.parse(text);
        const exact = parseExactJson(JSON.stringify(value, undefined, indent));
        const rounded = JSON.stringify(exact, (_, item) =>
          typeof item === "bigint" ? Number(item) : item,
        );
        assert.deepEqual(JSON.parse(rounded), value);
      }),
    );
  });
  it("keeps integers beyond 2^53 - 1 as bigint, and no other number", () => {
    const text =
      "[9007199254740991,9007199254740992,-9007199254740993,1e300,12345678901234567.0,-0]";
    const expected = [2 ** 53 - 1, 2n ** 53n, -9007199254740993n, 1e300, 12345678901234568, -0];
    assert.deepEqual(parseExactJson(text), expected);
    assert.equal(parseExactJson(" 18446744073709551616 "), 2n ** 64n);
  });
  it("leaves digits inside texts and names alone", () => {
    const value = { "18446744073709551616": '"18446744073709551616\\', ",": ":[{" };
    assert.deepEqual(parseExactJson(JSON.stringify(value)), value);
  });
  it("makes __proto__ an ordinary property", () => {
    const value = parseExactJson('{"__proto__":{"admin":true},"a":{"__proto__":1}}');
    assert.deepEqual(Object.keys(value as object), ["__proto__", "a"]);
    assert.equal((value as { admin?: boolean }).admin, undefined);
    assert.equal(({} as { admin?: boolean }).admin, undefined);
  });
  it("refuses what is not JSON", () => {
    for (const text of ["", "{", "[1,]", "NaN", "{'a':1}", "1 2", "[01]", '"\\x"']) {
      assert.throws(() => parseExactJson(text), SyntaxError, text);
    }
  });
});
