/** Hostile text in claims and in lines to copy. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatJson } from "../../src/console/format-json.js";
import { generateText } from "../../src/console/snippets/calls.js";
import { typeScript } from "../../src/console/snippets/typescript.js";
import { visibleJson, visibleText } from "../../src/console/visible-text.js";

describe("text of others", () => {
  const rows: [string, string, string][] = [
    ["plain text", "user_123", "user_123"],
    ["a right-to-left override", "abc\u202edcba", "abc[U+202E]dcba"],
    ["a line break", "a\nb", "a[U+000A]b"],
    ["a zero-width space", "a\u200bb", "a[U+200B]b"],
    ["a tag beyond the BMP", "a\u{e0041}", "a[U+E0041]"],
    ["Persian with its joiner, and a family", "می\u200cروم 👩\u200d👧", "می\u200cروم 👩\u200d👧"],
  ];
  for (const [title, text, shown] of rows) {
    it(title, () => assert.equal(visibleText(text), shown));
  }

  it("is escaped in JSON, which stays the same value", () => {
    for (const [, text] of rows) {
      const json = visibleJson({ [text]: [text] });
      assert.deepEqual(JSON.parse(json), { [text]: [text] });
      assert.doesNotMatch(json, /[\u202e\u200b\u{e0041}]/u);
    }
    assert.equal(formatJson({ a: "\u202e" }), '{\n  "a": "\\u202e"\n}');
  });

  it("is escaped in the lines to copy", () => {
    const lifetime = { amount: "1", unit: "hours" } as const;
    const call = generateText({
      userId: "\u202eadmin",
      permissions: [],
      audiences: [],
      lifetime,
      additionalData: {},
    });
    const text = typeScript([call], { baseUrl: "http://127.0.0.1:1", hasKey: false });
    assert.match(text, /generateToken\("\\u202eadmin"/);
  });
});
