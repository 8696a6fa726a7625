/** Every error reason has a way to be raised, and this table shows it; the compiler counts them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ErrorReason as WireReason } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import { encodeBase64url } from "../../src/core/base64url.js";
import { sealFernet } from "../../src/core/fernet.js";
import {
  createKeyset,
  type ErrorReason,
  SecureTokenManager,
  TokenError,
  type TokenErrorKind,
  validateSecretKey,
} from "../../src/core/index.js";
import { createTokenService } from "../../src/service/token-service.js";
import { cachedKey } from "../support/keys.js";

const NOW = 1_800_000_000_000_000;
const source = { secretKey: "Reasons#Secret2026", salt: Buffer.alloc(16, 7), iterations: 100_000 };

describe("error reasons", async () => {
  const key = { ...(await cachedKey(source)), state: "PRIMARY" as const };
  let now = NOW;
  let revoked = false;
  const clock = () => now;
  const manager = new SecureTokenManager(createKeyset([key]), { clock, isRevoked: () => revoked });
  const { token } = manager.generateToken("user_123", { expiresInHours: 1 });
  const raise: Record<ErrorReason, [TokenErrorKind, string, () => unknown]> = {
    TOKEN_EXPIRED: [
      "TOKEN_EXPIRED",
      "token",
      () => {
        now = NOW + 3_600_000_001;
        return manager.validateToken(token);
      },
    ],
    TOKEN_EMPTY: ["INVALID_TOKEN", "token", () => manager.validateToken(" ")],
    TOKEN_MALFORMED: ["INVALID_TOKEN", "token", () => manager.validateToken("abc")],
    CLAIM_MISSING: ["INVALID_TOKEN", "token", () => manager.validateToken(claimless())],
    TOKEN_REVOKED: [
      "INVALID_TOKEN",
      "token",
      () => {
        revoked = true;
        return manager.validateToken(token);
      },
    ],
    PERMISSION_NOT_GRANTED: [
      "PERMISSION_DENIED",
      "required_permission",
      () => manager.checkPermission(token, "admin"),
    ],
    USER_ID_INVALID: ["TOKEN_ERROR", "user_id", () => manager.generateToken("")],
    PERMISSION_INVALID: [
      "TOKEN_ERROR",
      "permissions[1]",
      () => manager.generateToken("u", { permissions: ["read", "x"] }),
    ],
    TOO_MANY_PERMISSIONS: [
      "TOKEN_ERROR",
      "permissions",
      () => manager.generateToken("u", { permissions: Array(65).fill("read") }),
    ],
    EXPIRES_IN_OUT_OF_RANGE: [
      "TOKEN_ERROR",
      "expires_in",
      () => manager.generateToken("u", { expiresInHours: 0 }),
    ],
    ADDITIONAL_DATA_INVALID: [
      "TOKEN_ERROR",
      "additional_data",
      () => manager.generateToken("u", { additionalData: { text: "x".repeat(4096) } }),
    ],
    TOKEN_TOO_LARGE: [
      "TOKEN_ERROR",
      "permissions",
      () =>
        manager.generateToken("u", {
          permissions: Array.from({ length: 64 }, (_, i) => "é".repeat(28) + (i + 10)),
          additionalData: { text: "x".repeat(3000) },
        }),
    ],
    TOO_MANY_TOKENS: [
      "TOKEN_ERROR",
      "tokens",
      () => manager.batchValidateTokens(Array(1001).fill("a")),
    ],
    REQUIRED_PERMISSION_INVALID: [
      "TOKEN_ERROR",
      "required_permission",
      () => manager.checkPermission(token, "x".repeat(129)),
    ],
    REVOCATION_NOT_ENABLED: [
      "TOKEN_ERROR",
      "revoke_old",
      () =>
        createTokenService(manager).refreshToken({ token, revokeOld: true } as never, {} as never),
    ],
    SETTING_INVALID: ["TOKEN_ERROR", "SECRET_KEY", () => validateSecretKey("weak")],
  };

  /** Authentic, and empty: the innermost functions seal what the manager never would. */
  function claimless(): string {
    const fernet = sealFernet(key, "{}", NOW / 1_000_000, Buffer.alloc(16));
    return encodeBase64url(Buffer.from(encodeBase64url(fernet)));
  }

  for (const [reason, [kind, field, call]] of Object.entries(raise)) {
    it(reason, () => {
      now = NOW;
      revoked = false;
      assert.throws(call, (error: TokenError) => {
        assert.ok(error instanceof TokenError);
        assert.deepEqual([error.reason, error.kind, error.field], [reason, kind, field]);
        return true;
      });
    });
  }

  it("are those of error.proto", () => {
    const names = Object.keys(WireReason).filter((name) => Number.isNaN(Number(name)));
    assert.deepEqual(names.slice(1).sort(), Object.keys(raise).sort());
  });
});
