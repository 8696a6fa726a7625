/** What is pasted for a token: what is taken off, and what is recognised. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readPasted } from "../../src/console/pasted-token.js";

const TOKEN = "Z0FBQUFBQm1-_A==";
const ROWS: [title: string, text: string, removed: string[]][] = [
  ["a token alone", TOKEN, []],
  ["white space around it", `  ${TOKEN}\n`, []],
  ["a scheme", `Bearer ${TOKEN}`, ["“Bearer”"]],
  ["a scheme in lower case", `bearer\t${TOKEN}`, ["“Bearer”"]],
  ["a whole header", `Authorization: Bearer ${TOKEN}`, ["the header's name", "“Bearer”"]],
  ["quotes", `"${TOKEN}"`, ["quotes"]],
  ["quotes and a comma, from JSON", `'${TOKEN}',`, ["quotes"]],
  [
    "a quoted header",
    `"authorization: Bearer ${TOKEN}"`,
    ["quotes", "the header's name", "“Bearer”"],
  ],
  ["a quoted token of a scheme", `Bearer "${TOKEN}"`, ["“Bearer”", "quotes"]],
  ["line breaks", "Z0FBQUFB\r\n  Qm1-_A==", ["line breaks and spaces"]],
];

describe("a pasted token", () => {
  for (const [title, text, removed] of ROWS) {
    it(`is read from ${title}`, () =>
      assert.deepEqual(readPasted(text), { token: TOKEN, removed }));
  }

  it("is recognised as a JWT", () => {
    const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln";
    assert.match(readPasted(`Bearer ${jwt}`).fault ?? "", /JWT/);
    assert.match(readPasted("eyJhbGciOiJub25lIn0.e30.").fault ?? "", /JWT/);
  });

  it("is left as it is where nothing is known of it", () => {
    assert.deepEqual(readPasted("no-token"), { token: "no-token", removed: [] });
    assert.deepEqual(readPasted('"open'), { token: '"open', removed: [] });
    assert.deepEqual(readPasted(""), { token: "", removed: [] });
  });
});
