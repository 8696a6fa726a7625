/** JSON files of a configuration: what is wrong is named by its place, and shows no value. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseJsonFile, unknownNames } from "../../src/server/json-file.js";

describe("parseJsonFile", () => {
  it("reads JSON, after a byte order mark too", () => {
    assert.deepEqual(parseJsonFile(Buffer.from('\ufeff{"a":[1]}')), { a: [1] });
  });

  it("says of a file without anything in it that it is empty", () => {
    for (const text of ["", " \r\n", "\ufeff"])
      assert.throws(() => parseJsonFile(Buffer.from(text)), { message: "is empty" });
  });

  const duplicates: [string, string][] = [
    ['{"a":1,"a":2}', "a"],
    ['{"a":{"b":[{},{"c":1,"d":[1,2],"c":"x"}]}}', "a.b[1].c"],
    ['{"a":{"x":"a"},"b":{"x":1},"\\u0061":1}', "a"],
    ['{"a":"b\\":","b":{"é":1,"é":2}}', 'b["?"]'],
  ];
  for (const [text, place] of duplicates) {
    it(`names what stands twice in ${text}`, () => {
      assert.throws(() => parseJsonFile(text), { message: `holds ${place} twice` });
    });
  }

  it("takes a name for a duplicate in its own object alone", () => {
    const text = '{"a":{"a":{"a":"a"}},"b":[{"a":1},{"a":1}]}';
    assert.deepEqual(parseJsonFile(text), JSON.parse(text));
  });

  const refused: [string, string | Buffer, RegExp][] = [
    ["no JSON", '{"a":sesame}', /^must be JSON$/],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22]), /^must be UTF-8$/],
    ["nested too deep", `${"[".repeat(17)}${"]".repeat(17)}`, /deep nesting/],
    ["holding a lone surrogate", '"\\ud800"', /lone surrogates/],
  ];
  for (const [what, content, message] of refused) {
    it(`refuses what is ${what}`, () => {
      assert.throws(() => parseJsonFile(content), { message });
    });
  }
});

describe("unknownNames", () => {
  it("says which name may be meant", () => {
    const known = ["permissions", "user_id"];
    assert.deepEqual(unknownNames({ permision: 1, user_id: 1, other: 1, "a\nb": 1 }, known), [
      "permision is not known: did you mean permissions?",
      "other is not known",
      '"a?b" is not known',
    ]);
  });

  it("names ten, and counts the others", () => {
    const names = Array.from({ length: 12 }, (_, i) => `x${i}`);
    const lines = unknownNames(Object.fromEntries(names.map((name) => [name, 1])), ["name"]);
    assert.deepEqual(lines.slice(9), ["x9 is not known", "2 more names are not known"]);
  });
});
