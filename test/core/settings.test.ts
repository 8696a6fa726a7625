/** Settings: defaults, limits on both sides, and what their errors leave out. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSettings, SecureTokenManager, TokenError } from "../../src/core/index.js";
import { validatePbkdf2Iterations } from "../../src/core/settings.js";

const GOOD = { secretKey: "Valid_Secret#Key1234", salt: "0123456789abcdef" };

/** The message of the refusal of these settings, which names `field`. */
function refusal(input: object, field: string): string {
  let message = "";
  assert.throws(
    () => createSettings({ ...GOOD, ...input }),
    (error) => {
      assert.ok(error instanceof TokenError);
      assert.equal(error.field, field);
      message = error.message;
      return true;
    },
  );
  return message;
}

describe("createSettings", () => {
  it("fills in what is not set, with random secrets", () => {
    const [a, b] = [createSettings(), createSettings()];
    assert.equal(a.defaultExpirationHours, 24);
    assert.equal(a.pbkdf2Iterations, 600_000);
    assert.equal(a.salt.length, 32);
    assert.notEqual(a.secretKey.reveal(), b.secretKey.reveal());
    assert.notDeepEqual(a.salt, b.salt);
  });

  it("takes a salt as bytes, or as text in UTF-8", () => {
    const salt = "\u20ac0123456789abc";
    assert.deepEqual(createSettings({ ...GOOD, salt }).salt, Buffer.from(salt));
    assert.equal(Buffer.from(salt).length, 16);
    refusal({ salt: "0123456789abcde" }, "SALT");
    refusal({ salt: new Uint8Array(15) }, "SALT");
    assert.ok(createSettings({ ...GOOD, salt: new Uint8Array(16) }));
  });

  it("holds the key to its rule, by the original's messages", () => {
    const cases: [string, string][] = [
      ["Aa1#567890abcde", "SECRET_KEY must be at least 16 characters long"],
      ["aa1#567890abcdef", "SECRET_KEY must contain both uppercase and lowercase letters"],
      ["AA1#567890ABCDEF", "SECRET_KEY must contain both uppercase and lowercase letters"],
      ["AaB#abcdefghijkl", "SECRET_KEY must contain at least one number"],
      ["AaB1abcdefghijk-", "SECRET_KEY must contain at least one special character"],
    ];
    for (const [secretKey, message] of cases) {
      assert.equal(refusal({ secretKey }, "SECRET_KEY"), message);
    }
    assert.equal(refusal({ secretKey: 5 }, "SECRET_KEY"), "SECRET_KEY must be a string");
    assert.ok(createSettings({ ...GOOD, secretKey: "Aa1#567890abcdef" }));
    // Fifteen code points of thirty UTF-16 units; Python counts the former.
    refusal({ secretKey: `Aa1#${"\u{1f600}".repeat(11)}` }, "SECRET_KEY");
  });

  it("holds hours and iterations to their limits", () => {
    for (const defaultExpirationHours of [1e-9, 0.5, 8760]) {
      assert.ok(createSettings({ ...GOOD, defaultExpirationHours }));
    }
    for (const defaultExpirationHours of [0, -1, 8760.000001, Number.NaN, 1e-300]) {
      refusal({ defaultExpirationHours }, "DEFAULT_EXPIRATION_HOURS");
    }
    for (const maxSessionHours of [0.5, 87_600]) assert.ok(createSettings({ maxSessionHours }));
    refusal({ maxSessionHours: 87_601 }, "MAX_SESSION_HOURS");
    for (const pbkdf2Iterations of [100_000, 10_000_000]) {
      assert.ok(createSettings({ ...GOOD, pbkdf2Iterations }));
    }
    for (const iterations of [99_999, 10_000_001, 100_000.5, Number.NaN, "600000", -600_000]) {
      assert.throws(() => validatePbkdf2Iterations(iterations), { reason: "SETTING_INVALID" });
    }
    refusal({ pbkdf2Iterations: 99_999 }, "PBKDF2_ITERATIONS");
  });

  it("never puts a secret into its error", () => {
    const secretKey = "sesame-sesame-sesame";
    const message = refusal({ secretKey }, "SECRET_KEY");
    assert.ok(!message.includes("sesame"));
  });
});

describe("SecureTokenManager.create", () => {
  it("works with nothing set, with a key that nobody else has", async () => {
    const input = { pbkdf2Iterations: 100_000 };
    const [a, b] = await Promise.all([1, 2].map(() => SecureTokenManager.create(input)));
    const { token } = (a as SecureTokenManager).generateToken("user");
    assert.equal((a as SecureTokenManager).validateToken(token).userId, "user");
    assert.throws(() => (b as SecureTokenManager).validateToken(token), {
      name: "InvalidTokenError",
    });
  });

  it("refuses a setting before it derives anything", async () => {
    await assert.rejects(SecureTokenManager.create({ secretKey: "short" }), { name: "TokenError" });
  });
});
