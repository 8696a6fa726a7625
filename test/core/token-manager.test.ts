/** SecureTokenManager as a library: what each method gives, in which order it refuses. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createKeyset, Instant, TokenExpiredError } from "../../src/core/index.js";
import {
  fixedManager,
  HOUR_MICROS,
  movableClock,
  NOW_MICROS,
  testKey,
} from "../support/fixed-manager.js";
import { payloadText, sealBytes } from "../support/sealed.js";

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
      field: "newExpiresIn",
    });
    assert.throws(() => manager.refreshToken("x", { newExpiresInHours: 0 }), { field: "token" });
    clock.micros += 2 * HOUR_MICROS;
    assert.throws(() => manager.refreshToken(token), { name: "TokenExpiredError" });
  });
});

describe("a session's end", () => {
  const MAX = 720;

  it("ends a chain of 1,000 refreshes to the microsecond", async () => {
    const clock = movableClock();
    const manager = await fixedManager({ clock, maxSessionHours: MAX });
    const first = manager.generateToken("u", { expiresInHours: 1 });
    const end = NOW_MICROS + MAX * HOUR_MICROS;
    const step = Math.floor((MAX * HOUR_MICROS) / 1000);
    let latest = first.token;
    for (let i = 1; i < 1000; i++) {
      clock.micros += step;
      const fresh = manager.refreshToken(latest, { newExpiresInHours: 1 });
      const asked = clock.micros + HOUR_MICROS;
      assert.deepEqual(fresh.expiresAt, Instant.fromMicros(Math.min(asked, end)));
      assert.equal(fresh.clamped, asked > end);
      assert.equal(fresh.sessionId, first.sessionId);
      latest = fresh.token;
    }
    clock.micros = end - 1;
    const last = manager.refreshToken(latest, { newExpiresInHours: 8760 });
    assert.deepEqual(last.expiresAt, Instant.fromMicros(end));
    assert.equal(last.clamped, true);
    clock.micros = end;
    assert.ok(manager.validateToken(last.token), "valid at its last instant");
    assert.throws(() => manager.refreshToken(last.token), {
      name: "TokenError",
      reason: "SESSION_ENDED",
      field: "token",
      metadata: { max_session_hours: "720" },
    });
    clock.micros = end + 1;
    assert.throws(() => manager.refreshToken(last.token), { reason: "TOKEN_EXPIRED" });
  });

  it("is not clamped when exactly reached", async () => {
    const manager = await fixedManager({ maxSessionHours: 2 });
    const { token } = manager.generateToken("u");
    const exact = manager.refreshToken(token, { newExpiresInHours: 2 });
    assert.equal(exact.clamped, false);
    assert.equal(manager.refreshToken(token, { newExpiresInHours: 2.0000001 }).clamped, true);
  });

  it("counts from the issue of a token that names no session, as the Python library's do", async () => {
    const clock = movableClock();
    const manager = await fixedManager({ clock, maxSessionHours: 1.5 });
    const token = sealBytes(await testKey("one"), payloadText());
    clock.micros += HOUR_MICROS;
    const fresh = manager.refreshToken(token, { newExpiresInHours: 1 });
    assert.deepEqual(fresh.expiresAt, Instant.fromMicros(NOW_MICROS + 1.5 * HOUR_MICROS));
    clock.micros += HOUR_MICROS / 2;
    assert.throws(() => manager.refreshToken(token), { reason: "SESSION_ENDED" });
  });

  it("is above 0 and at most 87600 hours after the start", async () => {
    for (const maxSessionHours of [1e-9, 0.25, 87_600]) await fixedManager({ maxSessionHours });
    for (const maxSessionHours of [0, -1, 87_600.0001, 1e-300, Number.NaN, "720" as never]) {
      await assert.rejects(fixedManager({ maxSessionHours }), { field: "MAX_SESSION_HOURS" });
    }
  });
});

describe("useKeyset", () => {
  it("encrypts and decrypts with the other keys from the next call on", async () => {
    const [one, two] = [await testKey("one"), await testKey("two")];
    const manager = await fixedManager();
    const before = manager.generateToken("u").token;
    manager.useKeyset(createKeyset([two, { ...one, state: "SECONDARY" }]));
    const after = manager.generateToken("u").token;
    assert.equal(manager.getTokenInfo(before).keyId, one.keyId);
    assert.equal(manager.getTokenInfo(after).keyId, two.keyId);
    manager.useKeyset(createKeyset([two]));
    assert.throws(() => manager.validateToken(before), { reason: "TOKEN_MALFORMED" });
    assert.ok(manager.validateToken(after));
    assert.equal(manager.exportConfig().keys.length, 1);
  });
});
