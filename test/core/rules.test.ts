/** What may be issued: N is accepted, N+1 is refused by name. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type GenerateOptions,
  validateExpiresHours,
  validatePermissions,
} from "../../src/core/index.js";
import { fixedManager, HOUR_MICROS } from "../support/fixed-manager.js";

const manager = await fixedManager();
const EMOJI = "\u{1f600}";

function accepted(userId: unknown, options: object = {}): void {
  const { token } = manager.generateToken(userId as string, options as GenerateOptions);
  assert.ok(manager.validateToken(token));
}

function refused(userId: unknown, options: object, field: string, message: string | RegExp): void {
  const run = () => manager.generateToken(userId as string, options as GenerateOptions);
  assert.throws(run, { name: "TokenError", field, message });
}

describe("user_id", () => {
  it("has 1 to 256 code points", () => {
    for (const userId of ["u", "u".repeat(256), EMOJI.repeat(256), " ", "\u200b", "a\u2028b"]) {
      accepted(userId);
    }
    const message = "user_id must be 1 to 256 characters long";
    for (const userId of ["", "u".repeat(257), EMOJI.repeat(257)])
      refused(userId, {}, "userId", message);
  });

  it("is well-formed text without control characters", () => {
    for (const char of ["\0", "\n", "\x1f", "\x7f", "\x85", "\x9f"]) {
      refused(`a${char}b`, {}, "userId", "user_id must not contain control characters");
    }
    for (const userId of ["\ud800", "a\udc00", "\ude00\ud83d"]) {
      refused(userId, {}, "userId", "user_id must be well-formed Unicode");
    }
    for (const userId of [undefined, null, 5, {}, ["u"]]) {
      refused(userId, {}, "userId", "user_id must be a string");
    }
  });
});

describe("permissions", () => {
  it("have 2 to 30 code points each", () => {
    accepted("u", { permissions: ["ab", "p".repeat(30), EMOJI.repeat(30), "\u20ac\u20ac", "a b"] });
    const message = "Permission length must be between 2 and 30 characters";
    for (const permission of ["", "a", EMOJI, "p".repeat(31), EMOJI.repeat(31)]) {
      refused("u", { permissions: ["ok", permission] }, "permissions[1]", message);
    }
  });

  it("are at most 64, duplicates counted and then dropped", () => {
    const permissions = Array.from({ length: 64 }, (_, i) => `p${i}`);
    accepted("u", { permissions });
    const message = "permissions must be at most 64";
    refused("u", { permissions: [...permissions, "p0"] }, "permissions", message);
    const issued = manager.generateToken("u", { permissions: ["bb", "aa", "bb", "aa", "cc"] });
    assert.deepEqual(issued.permissions, ["bb", "aa", "cc"]);
  });

  it("are printable", () => {
    for (const char of [
      "\n",
      "\0",
      "\u00ad",
      "\u200b",
      "\u2028",
      "\u2029",
      "\u00a0",
      "\u3000",
      "\ue000",
      "\ud800",
    ]) {
      const message = "permissions[0] must consist of printable characters";
      refused("u", { permissions: [`ab${char}`] }, "permissions[0]", message);
    }
  });

  it("are a list of strings", () => {
    for (const permissions of ["admin", { 0: "admin", length: 1 }, 5, new Set(["admin"])]) {
      refused("u", { permissions }, "permissions", "Permissions must be a list");
      assert.throws(() => validatePermissions(permissions), { name: "TokenError" });
    }
    for (const item of [5, null, undefined, ["admin"]]) {
      refused("u", { permissions: [item] }, "permissions[0]", "Each permission must be a string");
    }
    assert.equal(validatePermissions(["read", "write"]), true);
  });
});

describe("expires_in", () => {
  it("is above 0 and at most 8760 hours, to the microsecond", () => {
    for (const [hours, micros] of [
      [1 / HOUR_MICROS, 1],
      [0.5, HOUR_MICROS / 2],
      [8760, 8760 * HOUR_MICROS],
    ]) {
      const { issuedAt, expiresAt } = manager.generateToken("u", { expiresInHours: hours });
      const lifetime =
        (expiresAt.seconds - issuedAt.seconds) * 1e6 + expiresAt.micros - issuedAt.micros;
      assert.equal(lifetime, micros);
    }
    const message = "Expires hours must be between 0 and 8760 hours";
    const bad = [0, -0, -1, 8760.000000000002, 1e300, 1e-300, Number.NaN, Number.POSITIVE_INFINITY];
    for (const expiresInHours of [...bad, Number.NEGATIVE_INFINITY, false]) {
      refused("u", { expiresInHours }, "expiresIn", message);
      assert.throws(() => validateExpiresHours(expiresInHours), { message });
    }
    for (const expiresInHours of ["1", true, {}, 1n, [1]]) {
      refused("u", { expiresInHours }, "expiresIn", "Expires hours must be a number");
    }
    assert.equal(validateExpiresHours(8760), true);
  });
});

describe("additional_data", () => {
  const data = (additionalData: unknown) => ({ additionalData });
  it("is at most 4 KiB, 32 levels and 256 values", () => {
    accepted("u", data({ k: "x".repeat(4096 - 8) }));
    refused("u", data({ k: "x".repeat(4096 - 7) }), "additionalData", /at most 4096 bytes/);
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
    accepted("u", data(nested(32)));
    refused("u", data(nested(33)), "additionalData", /at most 32 levels deep/);
    accepted("u", data({ a: Array(254).fill(0) }));
    refused("u", data({ a: Array(255).fill(0) }), "additionalData", /at most 256 values/);
  });

  it("is an object of JSON values", () => {
    for (const value of [[], "x", 5, true]) {
      refused("u", data(value), "additionalData", /must be an object/);
    }
    for (const value of [
      new Date(0),
      new Map(),
      { a: undefined },
      { a: Number.NaN },
      { a: "\ud800" },
    ]) {
      refused("u", data(value), "additionalData", /^additional_data must hold/);
    }
  });
});

describe("what is asked of a token", () => {
  const { token } = manager.generateToken("u", { permissions: ["aa"] });
  it("names at most 256 permissions of at most 128 code points", () => {
    const long = EMOJI.repeat(128);
    assert.equal(manager.checkPermissions(token, Array(256).fill(long)).length, 256);
    assert.throws(() => manager.checkPermissions(token, Array(257).fill("aa")), {
      reason: "TOO_MANY_PERMISSIONS",
      field: "permissions",
    });
    const denied = { name: "PermissionDeniedError" };
    assert.throws(() => manager.checkPermission(token, long), denied);
    assert.throws(() => manager.checkPermission(token, ""), denied);
    for (const permission of [`${long}x`, "\ud800", 5]) {
      assert.throws(() => manager.checkPermission(token, permission as string), {
        reason: "REQUIRED_PERMISSION_INVALID",
        field: "requiredPermission",
      });
      assert.throws(() => manager.checkPermissions(token, ["aa", permission as string]), {
        field: "permissions[1]",
      });
    }
  });

  it("is about at most 1,000 tokens", () => {
    assert.equal(manager.batchValidateTokens(Array(1000).fill(token)).length, 1000);
    const error = { reason: "TOO_MANY_TOKENS", field: "tokens" };
    assert.throws(() => manager.batchValidateTokens(Array(1001).fill(token)), error);
  });
});

describe("the token itself", () => {
  it("is at most 8,192 characters, issued or read", () => {
    const permissions = Array.from({ length: 60 }, (_, i) => String(i).padEnd(30, "x"));
    const wide = Array.from(
      { length: 64 },
      (_, i) => EMOJI.repeat(28) + String(i).padStart(2, "0"),
    );
    refused("u", { permissions: wide }, "permissions", /would exceed 8192 characters/);
    const additionalData = { k: "x".repeat(4000) };
    refused("u", { permissions, additionalData }, "additionalData", /would exceed 8192/);
    const lengths = [];
    for (let size = 3300; size < 3700; size++) {
      try {
        const issued = manager.generateToken("u", { additionalData: { k: "x".repeat(size) } });
        lengths.push(issued.token.length);
        assert.ok(manager.validateToken(issued.token));
      } catch (error) {
        assert.equal((error as { reason?: string }).reason, "TOKEN_TOO_LARGE");
      }
    }
    assert.ok(lengths.length > 0 && Math.max(...lengths) <= 8192);
  });
});
