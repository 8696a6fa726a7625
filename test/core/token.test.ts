/** A token's text: whatever is wrong up to the MAC has one answer, to the last property. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeBase64url } from "../../src/core/base64url.js";
import { InvalidTokenError } from "../../src/core/index.js";
import { fixedManager, NOW_SECONDS, testKey } from "../support/fixed-manager.js";
import { payloadText, sealBytes } from "../support/sealed.js";

const manager = await fixedManager();
const key = await testKey("one");
const { token } = manager.generateToken("user_123");

/** Everything about the refusal but its stack, which stays in the process. */
function refusalOf(text: unknown): object {
  try {
    manager.validateToken(text as string);
  } catch (error) {
    assert.ok(error instanceof InvalidTokenError, String(error));
    return { ...error, message: error.message, cause: error.cause };
  }
  throw new assert.AssertionError({ message: `accepted: ${text}` });
}

const wrap = (bytes: Buffer) => encodeBase64url(Buffer.from(encodeBase64url(bytes), "latin1"));
const fernetBytes = () => {
  const inner = Buffer.from(token, "base64url").toString("latin1");
  return Buffer.from(inner, "base64url");
};

function changed(at: number): string {
  const bytes = fernetBytes();
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] as number) ^ 1;
  return wrap(bytes);
}

const MALFORMED: [string, string][] = [
  ["outer alphabet", `${token.slice(0, -4)}+///`],
  ["outer padding", token.replace(/=*$/, "====")],
  ["outer cut", token.slice(0, -1)],
  ["inner alphabet", encodeBase64url(Buffer.from("gAAAA+//"))],
  ["inner not ASCII", encodeBase64url(Buffer.from("\u00e9\u00e9"))],
  ["too short", wrap(fernetBytes().subarray(0, 40))],
  ["version", changed(0)],
  ["timestamp", changed(8)],
  ["IV", changed(9)],
  ["ciphertext", changed(30)],
  ["MAC", changed(-1)],
  ["another key", sealBytes(await testKey("two"), payloadText())],
  ["too long", token.padEnd(8196, "A")],
  ["timestamp ahead", sealBytes(key, payloadText(), NOW_SECONDS + 61)],
  ["not UTF-8", sealBytes(key, Buffer.from("ff7b7d", "hex"))],
  ["not JSON", sealBytes(key, "{")],
  ["no object", sealBytes(key, "null")],
  ["wrong type", sealBytes(key, payloadText({ user_id: 5 }))],
  ["line break after", `${token}\n`],
  ["BOM alone", "\ufeff"],
];

describe("a token that is not valid", () => {
  it("has one answer, whatever is wrong with it", () => {
    const expected = refusalOf("junk");
    assert.deepEqual(Object.keys(expected).sort(), [
      ...["cause", "field", "kind", "message", "metadata", "name", "reason"],
    ]);
    for (const [what, text] of MALFORMED) assert.deepEqual(refusalOf(text), expected, what);
  });

  it("has another when it is blank, or no text", () => {
    const expected = refusalOf("");
    // What Python's str.strip takes away, U+0085 and U+001C among it.
    for (const text of [" ", "\t\n\r\v\f", "\x1c\x1d\x1e\x1f", "\x85\xa0", "\u3000\u2028"]) {
      assert.deepEqual(refusalOf(text), expected);
    }
    for (const value of [undefined, null, 5, {}, [token], new String(token)]) {
      assert.deepEqual(refusalOf(value), expected);
    }
    assert.deepEqual(refusalOf(" ".repeat(9000)), expected);
  });
});
