/** SecureTokenManager as a library: what each method gives, in which order it refuses. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { TokenExpiredError } from "../../src/core/index.js";
import { fixedManager, HOUR_MICROS, movableClock, NOW_MICROS } from "../support/fixed-manager.js";

const content = {
  permissions: ["read", "write"],
  additionalData: { team: "a\u20ac", deep: { list: [1, null, true] } },
};

describe("a token's life", () => {
  it("is valid to its last microsecond", async () => {
    const clock = movableClock();
    const manager = await fixedManager({ clock });
    const { token, expiresAt } = manager.generateToken("u", { expiresInHours: 1 });
    clock.micros = NOW_MICROS + HOUR_MICROS;
    assert.equal(String(manager.validateToken(token).timeRemaining), "0:00:00");
    assert.equal(manager.introspectToken(token).state, "ACTIVE");
    clock.micros += 1;
    assert.throws(
      () => manager.validateToken(token),
      (error) => {
        assert.ok(error instanceof TokenExpiredError);
        assert.deepEqual(error.expiredAt, expiresAt);
        assert.equal(error.message, "Token expired");
        return true;
      },
    );
    const found = manager.introspectToken(token);
    assert.ok(found.state === "EXPIRED" && String(found.timeRemaining) === "0:00:00");
  });

  it("gives back what went in, whatever it was", async () => {
    const manager = await fixedManager();
    const printable = fc.string({ unit: "grapheme-ascii", minLength: 2, maxLength: 30 });
    const data = fc.dictionary(printable, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
    const hours = fc.double({ min: 0.001, max: 8760, noNaN: true });
    fc.assert(
      fc.property(
        printable,
        fc.array(printable, { maxLength: 8 }),
        data,
        hours,
        (userId, permissions, additionalData, expiresInHours) => {
          const options = { permissions, additionalData: additionalData as never, expiresInHours };
          const { token, ...issued } = manager.generateToken(userId, options);
          const { valid, timeRemaining, ...claims } = manager.validateToken(token);
          assert.equal(valid, true);
          const exact = claims.additionalDataJson ?? JSON.stringify(claims.additionalData);
          assert.equal(exact, JSON.stringify(additionalData));
          assert.deepEqual(claims.permissions, [...new Set(permissions)]);
          for (const name of ["tokenId", "userId", "issuedAt", "expiresAt", "sessionId"] as const) {
            assert.deepEqual(claims[name], issued[name]);
          }
          assert.ok(timeRemaining.seconds >= 0);
        },
      ),
    );
  });

  it("lasts the manager's default unless it names its own", async () => {
    const manager = await fixedManager({ defaultExpirationHours: 0.5 });
    const { token, issuedAt, expiresAt } = manager.generateToken("u");
    assert.equal(expiresAt.seconds - issuedAt.seconds, 1800);
    assert.equal(manager.exportConfig().defaultExpirationHours, 0.5);
    assert.equal(String(manager.validateToken(token).timeRemaining), "0:30:00");
    await assert.rejects(fixedManager({ defaultExpirationHours: 0 }), {
      field: "DEFAULT_EXPIRATION_HOURS",
    });
  });

  it("has an id of 24 random bytes and an IV of its own", async () => {
    const manager = await fixedManager();
    const tokens = Array.from({ length: 500 }, () => manager.generateToken("u"));
    assert.equal(new Set(tokens.map(({ tokenId }) => tokenId)).size, 500);
    for (const { tokenId } of tokens) assert.match(tokenId, /^[\w-]{32}$/);
    const ivs = tokens.map(({ token }) => {
      const fernet = Buffer.from(Buffer.from(token, "base64url").toString("latin1"), "base64url");
      return fernet.toString("hex", 9, 25);
    });
    assert.equal(new Set(ivs).size, 500);
  });
});

describe("permissions", () => {
  it("are compared exactly", async () => {
    const manager = await fixedManager();
    const { token } = manager.generateToken("u", { permissions: ["administrator", "caf\u00e9"] });
    assert.equal(manager.checkPermission(token, "administrator"), true);
    for (const other of ["admin", "Administrator", "administrator ", "", "cafe\u0301", "length"]) {
      assert.throws(() => manager.checkPermission(token, other), {
        name: "PermissionDeniedError",
        message: `Permission '${other}' not granted`,
        requiredPermission: other,
      });
    }
    const asked = ["caf\u00e9", "admin", "caf\u00e9", "__proto__"];
    assert.deepEqual(
      manager.checkPermissions(token, asked),
      asked.map((permission) => ({ permission, granted: permission === "caf\u00e9" })),
    );
    assert.deepEqual(manager.checkPermissions(token, []), []);
  });
});

describe("refreshToken", () => {
  it("keeps user, permissions, data and session, through any number of refreshes", async () => {
    const clock = movableClock();
    const manager = await fixedManager({ clock });
    const first = manager.generateToken("u", content);
    let { token } = first;
    const ids = new Set([first.tokenId]);
    for (let round = 1; round <= 5; round++) {
      clock.micros += HOUR_MICROS;
      const fresh = manager.refreshToken(token, { newExpiresInHours: 2 });
      const claims = manager.validateToken(fresh.token);
      for (const it of [fresh, claims]) {
        assert.equal(it.userId, "u");
        assert.deepEqual(it.permissions, content.permissions);
        assert.deepEqual(it.additionalData, content.additionalData);
        assert.equal(it.sessionId, first.tokenId);
        assert.deepEqual(it.sessionStartedAt, first.issuedAt);
      }
      assert.equal(claims.issuedAt.seconds - first.issuedAt.seconds, round * 3600);
      ids.add(claims.tokenId);
      assert.ok(manager.validateToken(token), "the old one stays valid");
      token = fresh.token;
    }
    assert.equal(ids.size, 6);
  });

  it("refuses what validateToken refuses, and a bad lifetime after it", async () => {
    const clock = movableClock();
    const manager = await fixedManager({ clock });
    const { token } = manager.generateToken("u", { expiresInHours: 1 });
    assert.throws(() => manager.refreshToken(token, { newExpiresInHours: 0 }), {
      field: "new_expires_in",
    });
    assert.throws(() => manager.refreshToken("x", { newExpiresInHours: 0 }), { field: "token" });
    clock.micros += 2 * HOUR_MICROS;
    assert.throws(() => manager.refreshToken(token), { name: "TokenExpiredError" });
  });
});
