/** Text of strangers on a terminal: nothing acts, nothing turns round, nothing looks like two. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { humanLine } from "../../src/server/human-log.js";
import {
  isPrintable,
  printable,
  printableJson,
  printableList,
} from "../../src/server/printable.js";

describe("printable", () => {
  const cases: [string, string, string][] = [
    ["keeps letters of every script and emoji", "Zoë 渡辺 😀", "Zoë 渡辺 😀"],
    ["shows a line break", "ann\npermissions: admin", "ann\\npermissions: admin"],
    ["shows an escape sequence", "\u001b[31mred\u009b0m", "\\u{1b}[31mred\\u{9b}0m"],
    ["shows bidirectional controls", "a\u202eb\u2066c\u061c", "a\\u{202e}b\\u{2066}c\\u{61c}"],
    ["shows other line breaks", "a\u2028b\u2029c\u0085", "a\\u{2028}b\\u{2029}c\\u{85}"],
    ["shows what takes no space", "a\u200bb\ufeff", "a\\u{200b}b\\u{feff}"],
    ["shows a lone surrogate", "a\ud800", "a\\u{d800}"],
    ["tells a backslash from what it stands for", "a\\nb", "a\\\\nb"],
  ];
  for (const [what, text, shown] of cases) {
    it(what, () => assert.equal(printable(text), shown));
  }
});

it("isPrintable knows a value that may be printed as it is", () => {
  for (const value of ["Z0FBQUFB-_==", "stk_a", '\\ and " are printable', "é", ""]) {
    assert.equal(isPrintable(value), true, value);
  }
  for (const value of ["a\nb", "a\u001b[31mb", "a\u202eb", "a\u2028b"]) {
    assert.equal(isPrintable(value), false);
    assert.equal(isPrintable(value), false, "and says the same when it is asked again");
  }
});

describe("printableList", () => {
  it("quotes what could be taken for two names, or for quotes", () => {
    const names = ["read", "orders:*", "read, admin", 'a"b', "lesen & schreiben"];
    const shown = 'read, orders:*, "read, admin", "a\\"b", "lesen & schreiben"';
    assert.equal(printableList(names), shown);
  });
});

describe("printableJson", () => {
  it("is the same JSON, without what is unprintable", () => {
    const value = { "\u202e": "\u001b\u009b\u2028\u{e0001}😀", n: 1 };
    const text = printableJson(value);
    assert.deepEqual(JSON.parse(text), value);
    assert.doesNotMatch(text, /[\p{C}\p{Zl}\p{Zp}]/u);
    assert.equal(printableJson({ n: 2n ** 60n }), '{"n":"1152921504606846976"}');
  });
});

describe("the log on a terminal", () => {
  it("has a line for each line of JSON, with its facts", () => {
    const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
    const entry = {
      level: 40,
      time,
      rpc: "X",
      user_id: "a\n\u202eb",
      keys: [{ id: 1 }],
      msg: "call",
    };
    assert.equal(
      humanLine(`${JSON.stringify(entry)}\n`),
      '03:04:05 warn  call rpc=X user_id="a\\n\\u202eb" keys=[{"id":1}]\n',
    );
    assert.equal(humanLine("no\u001bJSON\n"), "no\\u{1b}JSON\n");
  });
});
