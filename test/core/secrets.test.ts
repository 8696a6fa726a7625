/** Secrets are random, long enough, and do not get printed. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { format, inspect } from "node:util";
import {
  createSettings,
  generateSalt,
  generateSecretKey,
  Secret,
  validateSalt,
  validateSecretKey,
} from "../../src/core/index.js";
import { seededRandom } from "../support/random.js";

describe("Secret", () => {
  it("prints as [redacted] in every way that a program prints", () => {
    const value = "Valid_Secret#Key1234";
    const secret = new Secret(value);
    assert.equal(secret.reveal(), value);
    const printed = [
      String(secret),
      `${secret}`,
      `${["a", secret]}`,
      JSON.stringify(secret),
      JSON.stringify({ nested: [secret] }),
      inspect(secret),
      inspect({ a: { b: [secret] } }, { depth: 9, showHidden: true }),
      format("%s %o %j %O", secret, secret, secret, secret),
      new Error(`cannot use ${secret}`, { cause: secret }).message,
      inspect(new Error("x", { cause: secret })),
      JSON.stringify(Object.entries(secret)) + JSON.stringify({ ...secret }),
      inspect(createSettings({ secretKey: value }), { depth: 9, showHidden: true }),
    ];
    for (const text of printed) assert.ok(!text.includes("Valid_"), text);
    assert.equal(printed[0], "[redacted]");
    assert.equal(printed[3], '"[redacted]"');
    assert.equal(printed[5], "[redacted]");
  });
});

describe("generateSecretKey", () => {
  it("has exactly the length asked for, and holds the rule", () => {
    for (const length of [16, 17, 32, 100, 1024]) {
      const key = generateSecretKey(length);
      assert.equal(key.length, length);
      assert.ok(validateSecretKey(key));
    }
    assert.equal(generateSecretKey().length, 32);
    const keys = new Set(Array.from({ length: 500 }, () => generateSecretKey(16)));
    assert.equal(keys.size, 500);
  });

  it("gives every character the same chance, within what the rule leaves", () => {
    const random = seededRandom(1);
    const counts = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      for (const char of generateSecretKey(64, random.bytes)) {
        counts.set(char, (counts.get(char) ?? 0) + 1);
      }
    }
    assert.equal(counts.size, 63);
    // The rule asks for a special character, and `@` is the only one.
    counts.delete("@");
    const mean = [...counts.values()].reduce((sum, count) => sum + count) / counts.size;
    for (const [char, count] of counts) assert.ok(Math.abs(count - mean) < mean * 0.15, char);
  });

  it("needs no quotes in a shell, in .env or in YAML", () => {
    for (let i = 0; i < 500; i++) assert.match(generateSecretKey(16), /^[A-Za-z0-9][A-Za-z0-9@]+$/);
  });

  it("tries again until the rule holds", () => {
    let calls = 0;
    const random = (length: number) => {
      calls++;
      return calls === 1 ? Buffer.alloc(length) : seededRandom(calls).bytes(length);
    };
    assert.ok(validateSecretKey(generateSecretKey(16, random)));
    assert.ok(calls > 1, "sixteen times A breaks the rule");
  });

  it("refuses lengths that are too short, too long or no lengths", () => {
    for (const length of [15, 1025, 16.5, Number.NaN, -32, Number.POSITIVE_INFINITY]) {
      assert.throws(() => generateSecretKey(length), RangeError);
      assert.throws(() => generateSalt(length), RangeError);
    }
  });
});

describe("generateSalt", () => {
  it("is that many random bytes", () => {
    for (const length of [16, 32, 1024]) {
      assert.equal(generateSalt(length).length, length);
      assert.ok(validateSalt(generateSalt(length)));
    }
    assert.equal(generateSalt().length, 32);
    assert.notDeepEqual(generateSalt(), generateSalt());
    assert.throws(() => validateSalt("0123456789abcdef"), { message: "SALT must be bytes" });
  });
});
