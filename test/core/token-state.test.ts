/** What a manager tells of a token beyond its claims: revoked, known, one of many; and what no error tells. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { type Claims, TokenError } from "../../src/core/index.js";
import { fixedManager, HOUR_MICROS, movableClock } from "../support/fixed-manager.js";

describe("isRevoked", () => {
  it("is asked only of authentic tokens that are not expired", async () => {
    const clock = movableClock();
    const asked: string[] = [];
    const revocations = {
      isRevoked: ({ tokenId }: Claims) => asked.push(tokenId) > 0,
      cutOffOf: () => 0,
    };
    const manager = await fixedManager({ clock, revocations });
    const { token, tokenId } = manager.generateToken("u", { expiresInHours: 1 });
    const revoked = {
      name: "InvalidTokenError",
      message: "Token has been revoked",
      reason: "TOKEN_REVOKED",
    };
    assert.throws(() => manager.validateToken(token), revoked);
    assert.throws(() => manager.checkPermission(token, "read"), revoked);
    assert.throws(() => manager.refreshToken(token), revoked);
    assert.throws(() => manager.getTokenInfo(token), revoked);
    assert.equal(manager.introspectToken(token).state, "REVOKED");
    assert.deepEqual(asked, Array(5).fill(tokenId));
    for (const text of ["", "x", token.slice(0, -4), `${token.slice(0, -8)}AAAAAAAA`]) {
      assert.throws(() => manager.validateToken(text), /Token (format|is empty)/);
      assert.deepEqual(manager.introspectToken(text), { state: "INVALID" });
    }
    clock.micros += HOUR_MICROS + 1;
    assert.throws(() => manager.validateToken(token), { name: "TokenExpiredError" });
    assert.equal(manager.introspectToken(token).state, "EXPIRED");
    assert.equal(asked.length, 5, "neither forged nor expired tokens are looked up");
  });
});

describe("getTokenInfo, exportConfig, batchValidateTokens", () => {
  it("tell what is known, and no more", async () => {
    const manager = await fixedManager();
    const issued = manager.generateToken("u", { permissions: ["read"] });
    const info = manager.getTokenInfo(issued.token);
    assert.equal(info.isRevoked, false);
    assert.deepEqual(info.createdAt, issued.issuedAt);
    const config = manager.exportConfig();
    assert.deepEqual(config.keys, [{ keyId: info.keyId, state: "PRIMARY" }]);
    assert.deepEqual(Object.keys(config).sort(), [
      "algorithm",
      "defaultExpirationHours",
      "iterations",
      "keys",
      "salt",
      "version",
    ]);
  });

  it("answer a batch in order, each as validateToken would", async () => {
    const clock = movableClock();
    const manager = await fixedManager({ clock });
    const dead = manager.generateToken("dead", { expiresInHours: 1 }).token;
    clock.micros += 2 * HOUR_MICROS;
    const tokens = [
      dead,
      manager.generateToken("a").token,
      "",
      "junk",
      manager.generateToken("b").token,
    ];
    const told = manager.batchValidateTokens(tokens).map((result) => {
      return "error" in result ? result.error.message : result.claims.userId;
    });
    const [expired, empty, bad] = [
      "Token expired",
      "Token is empty or invalid",
      "Token format is invalid",
    ];
    assert.deepEqual(told, [expired, "a", empty, bad, "b"]);
    assert.deepEqual(manager.batchValidateTokens([]), []);
  });
});

describe("an error", () => {
  it("never holds the token, its content or a key", async () => {
    const clock = movableClock();
    const manager = await fixedManager({
      clock,
      revocations: { isRevoked: ({ tokenId }) => tokenId === "none", cutOffOf: () => 0 },
    });
    const { token } = manager.generateToken("sesame", {
      permissions: ["sesame"],
      expiresInHours: 1,
    });
    const broken = [token.slice(0, 80), `${token}A`, token.replace(/./, "-"), ` ${token}`];
    clock.micros += 2 * HOUR_MICROS;
    for (const text of [token, ...broken]) {
      for (const run of [
        () => manager.validateToken(text),
        () => manager.refreshToken(text),
        () => manager.getTokenInfo(text),
        () => manager.checkPermission(text, "read"),
      ]) {
        assert.throws(run, (error) => {
          assert.ok(error instanceof TokenError);
          const { stack, ...rest } = error;
          const printed =
            inspect(error, { depth: 9 }) + JSON.stringify(error) + stack + inspect(rest);
          assert.ok(!printed.includes(text.trim().slice(0, 24)), printed);
          assert.ok(!printed.includes("sesame"));
          return true;
        });
      }
    }
  });
});
