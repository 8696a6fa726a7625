/** One value, one spelling. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeBase64url, encodeBase64url } from "../../src/core/base64url.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const bytes = fc.uint8Array({ maxLength: 70 }).map((array) => Buffer.from(array));

describe("base64url", () => {
  it("comes back as it went, in the standard's spelling", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const text = encodeBase64url(value);
        const standard = value.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
        assert.equal(text, standard);
        assert.deepEqual(decodeBase64url(text), value.length === 0 ? undefined : value);
      }),
    );
  });

  it("accepts a text only if encoding gives that text", () => {
    const texts = fc.string({
      unit: fc.constantFrom(...ALPHABET, ..."=+/ \n\u00e9"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(texts, (text) => {
        const value = decodeBase64url(text);
        if (value) assert.equal(encodeBase64url(value), text);
        else assert.ok(!isCanonical(text), JSON.stringify(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it("refuses every other spelling of a value", () => {
    for (let length = 1; length <= 9; length++) {
      const text = encodeBase64url(Buffer.alloc(length, 0xfb));
      const stripped = text.replace(/=+$/, "");
      const others = [`${text}=`, ` ${text}`, `${text}\n`, `${text}A===`, `=${text}`, `${text}\0`];
      others.push(
        text.replaceAll("-", "+"),
        text.replaceAll("_", "/"),
        `${text.slice(0, 1)} ${text}`,
      );
      if (stripped !== text) {
        others.push(stripped, `${stripped}=`);
        const last = ALPHABET.indexOf(stripped.at(-1) as string);
        const padding = text.slice(stripped.length);
        // The bits of the last character that no byte uses.
        const bits = padding === "==" ? 15 : 3;
        for (let i = 1; i <= bits; i++) {
          others.push(stripped.slice(0, -1) + ALPHABET[last ^ i] + padding);
        }
      }
      for (const other of others.filter((candidate) => candidate !== text)) {
        assert.equal(decodeBase64url(other), undefined, JSON.stringify(other));
      }
    }
  });
});

/** The grammar itself, the slow way. */
function isCanonical(text: string): boolean {
  if (text === "" || text.length % 4 !== 0) return false;
  const match = /^([A-Za-z0-9_-]*?)(={0,2})$/.exec(text);
  if (!match) return false;
  const last = ALPHABET.indexOf((match[1] as string).at(-1) as string);
  return last % { 0: 1, 1: 4, 2: 16 }[(match[2] as string).length as 0 | 1 | 2] === 0;
}
