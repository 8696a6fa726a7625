/** Several keys: one encrypts, all decrypt, in a fixed order. */
import assert from "node:assert/strict";
import { hkdfSync, pbkdf2Sync } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { createKeyset, deriveKey, SecureTokenManager } from "../../src/core/index.js";
import { NOW_MICROS, testKey, testKeyBytes } from "../support/fixed-manager.js";
import { assertKeyBytes } from "../support/key-bytes.js";

const clock = () => NOW_MICROS;

describe("deriveKey", () => {
  it("is PBKDF2-HMAC-SHA256, named by HKDF of the derived key", async () => {
    const salt = Buffer.from("0123456789abcdef");
    const key = await deriveKey({ secretKey: "p\u00e4ss\u{1f511}", salt, iterations: 3 });
    const bytes = pbkdf2Sync("p\u00e4ss\u{1f511}", salt, 3, 32, "sha256");
    assertKeyBytes(key, bytes);
    const id = Buffer.from(hkdfSync("sha256", bytes, "", "secure-token key id", 8));
    assert.equal(key.keyId, id.toString("hex"));
  });

  it("prints without key material", async () => {
    const key = await testKey("one");
    const bytes = testKeyBytes("one");
    const printed = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key);
    for (const form of ["hex", "base64", "base64url", "latin1"] as const) {
      assert.ok(!printed.includes(bytes.toString(form).slice(0, 12)));
    }
  });
});

describe("createKeyset", () => {
  it("puts the primary first and keeps the order of the others", async () => {
    const keys = [
      await testKey("old", "SECONDARY"),
      await testKey("next", "STAGED"),
      await testKey("now"),
      await testKey("older", "SECONDARY"),
    ];
    const keyset = createKeyset(keys);
    assert.equal(keyset.primary, keys[2]);
    assert.deepEqual(keyset.keys, [keys[2], keys[0], keys[1], keys[3]]);
    const told = new SecureTokenManager(keyset).exportConfig().keys;
    assert.deepEqual(
      told,
      keyset.keys.map(({ keyId, state }) => ({ keyId, state })),
    );
  });

  it("refuses no primary, two of them, and one key twice", async () => {
    const [one, two] = [await testKey("one"), await testKey("two")];
    const again = await testKey("one", "SECONDARY");
    for (const keys of [[], [again], [one, two], [one, again]]) {
      assert.throws(() => createKeyset(keys), TypeError);
    }
  });
});

describe("a manager of several keys", () => {
  it("encrypts with the primary and decrypts with all, whatever their order", async () => {
    const names = ["one", "two", "three"];
    for (const primary of names) {
      const states = names.map((name) => (name === primary ? "PRIMARY" : "SECONDARY"));
      const keys = await Promise.all(names.map((name, i) => testKey(name, states[i])));
      const manager = new SecureTokenManager(createKeyset(keys), { clock });
      for (const name of names) {
        const maker = new SecureTokenManager(createKeyset([await testKey(name)]), { clock });
        const info = manager.getTokenInfo(maker.generateToken("u").token);
        assert.equal(info.keyId, keys[names.indexOf(name)]?.keyId);
        const mine = manager.generateToken("u").token;
        if (name === primary) assert.ok(maker.validateToken(mine));
        else assert.throws(() => maker.validateToken(mine), { message: "Token format is invalid" });
      }
    }
  });

  it("refreshes an old key's token with the primary", async () => {
    const old = new SecureTokenManager(createKeyset([await testKey("old")]), { clock });
    const keys = [await testKey("new"), await testKey("old", "SECONDARY")];
    const rotated = new SecureTokenManager(createKeyset(keys), { clock });
    const fresh = rotated.refreshToken(old.generateToken("u").token).token;
    assert.equal(rotated.getTokenInfo(fresh).keyId, keys[0]?.keyId);
  });
});
