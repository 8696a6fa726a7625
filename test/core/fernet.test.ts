/** The Fernet layer by itself: its limits, its one answer to everything wrong, its keys. */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createFernetKey, openFernet, sealFernet } from "../../src/core/fernet.js";

const NOW = 1_795_433_529;
const IV = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
const rawKey = Buffer.alloc(32, 7).fill(9, 16);
const key = createFernetKey(rawKey);
const otherKey = createFernetKey(Buffer.alloc(32, 1));

/** An authentic token whose padded plaintext is exactly these bytes. */
function sealPadded(padded: Buffer, timestamp = BigInt(NOW)): Buffer {
  const cipher = createCipheriv("aes-128-cbc", rawKey.subarray(16), IV).setAutoPadding(false);
  const head = Buffer.alloc(9, 0x80);
  head.writeBigUInt64BE(timestamp, 1);
  const whole = padded.length - (padded.length % 16);
  // A ragged tail cannot be encrypted; it is signed as it is.
  const ciphertext = [cipher.update(padded.subarray(0, whole)), padded.subarray(whole)];
  const signed = Buffer.concat([head, IV, ...ciphertext]);
  const mac = createHmac("sha256", rawKey.subarray(0, 16)).update(signed).digest();
  return Buffer.concat([signed, mac]);
}

describe("Fernet", () => {
  it("opens what it sealed", () => {
    const text = fc.string({ unit: "binary", maxLength: 80 }).filter((t) => t.isWellFormed());
    const times = fc.integer({ min: 0, max: 2 ** 35 });
    const iv = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(text, times, iv, (plaintext, timestamp, vector) => {
        const opened = openFernet([key], sealFernet(key, plaintext, timestamp, vector), timestamp);
        assert.equal(opened?.plaintext.toString(), plaintext);
        assert.equal(opened?.timestamp, timestamp);
        assert.equal(opened?.key, key);
      }),
    );
  });

  it("refuses every token with one bit changed, and every cut", () => {
    const token = sealFernet(key, "a".repeat(40), NOW, IV);
    for (let bit = 0; bit < token.length * 8; bit++) {
      const changed = Buffer.from(token);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.equal(openFernet([key], changed, NOW), undefined);
    }
    for (let length = 0; length < token.length; length++) {
      assert.equal(openFernet([key], token.subarray(0, length), NOW), undefined);
      assert.equal(openFernet([key], token.subarray(token.length - length), NOW), undefined);
    }
  });

  it("refuses authentic bytes whose padding or length is wrong", () => {
    assert.equal(openFernet([key], sealPadded(Buffer.alloc(16, 16)), NOW)?.plaintext.length, 0);
    const bad = [0, 17, 255].map((last) => Buffer.alloc(16, 16).fill(last, 15));
    bad.push(Buffer.from("aaaaaaaaaaaaa\x02\x03\x03"), Buffer.alloc(0));
    for (const length of [1, 15, 17, 31]) bad.push(Buffer.alloc(length, 1));
    for (const padded of bad) assert.equal(openFernet([key], sealPadded(padded), NOW), undefined);
  });

  it("is left by no call in a state that changes the next", () => {
    const good = sealFernet(key, "good", NOW, IV);
    const ragged = Array.from({ length: 70 }, (_, length) => sealPadded(Buffer.alloc(length, 1)));
    const forged = Buffer.from(good).fill(0, good.length - 32);
    for (const before of [...ragged, forged, good.subarray(0, 60), Buffer.alloc(0)]) {
      openFernet([key], before, NOW);
      assert.equal(openFernet([key], good, NOW)?.plaintext.toString(), "good");
      assert.deepEqual(sealFernet(key, "good", NOW, IV), good);
    }
    const first = openFernet([key], good, NOW)?.plaintext;
    openFernet([key], sealFernet(key, "another", NOW, IV), NOW);
    assert.equal(first?.toString(), "good");
  });

  it("opens and seals texts longer than any token", () => {
    const text = "ab".repeat(20_000);
    assert.equal(
      openFernet([key], sealFernet(key, text, NOW, IV), NOW)?.plaintext.toString(),
      text,
    );
  });

  it("allows a clock 60 s ahead, and a ttl to its last second", () => {
    const token = sealFernet(key, "x", NOW, IV);
    assert.ok(openFernet([key], token, NOW - 60));
    assert.equal(openFernet([key], token, NOW - 61), undefined);
    assert.ok(openFernet([key], token, NOW + 30, 30));
    assert.equal(openFernet([key], token, NOW + 31, 30), undefined);
    assert.ok(openFernet([key], token, NOW + 10 ** 10));
  });

  it("reads the timestamp as unsigned 64 bits", () => {
    const padded = Buffer.alloc(16, 16);
    for (const timestamp of [2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      const token = sealPadded(padded, timestamp);
      assert.equal(openFernet([key], token, NOW), undefined);
      const opened = openFernet([key], token, Number(timestamp));
      assert.equal(opened?.timestamp, Number(timestamp));
    }
  });

  it("tries every key, and tells which one fits", () => {
    const token = sealFernet(otherKey, "x", NOW, IV);
    assert.equal(openFernet([key], token, NOW), undefined);
    assert.equal(openFernet([], token, NOW), undefined);
    assert.equal(openFernet([key, otherKey], token, NOW)?.key, otherKey);
    assert.equal(openFernet([otherKey, key], token, NOW)?.key, otherKey);
  });

  it("has keys of 32 bytes, and no others", () => {
    for (const length of [0, 16, 31, 33, 64]) {
      assert.throws(() => createFernetKey(Buffer.alloc(length)), TypeError);
    }
  });
});
