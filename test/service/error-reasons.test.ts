/** Every reason an error can name is one that a caller can meet. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { ErrorReasonSchema } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import { RefreshTokenRequestSchema } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type Claims, createSettings, type ErrorReason, TokenError } from "../../src/core/index.js";
import { NO_REGISTER } from "../../src/revocation/register.js";
import { createRpcs } from "../../src/service/token-service.js";
import { fixedManager, movableClock, NOW_MICROS, testKey } from "../support/fixed-manager.js";
import { payloadText, sealBytes } from "../support/sealed.js";

const key = await testKey("one");
const clock = movableClock();
const revoked = new Set<string>();
const revocations = {
  isRevoked: ({ tokenId }: Claims) => revoked.has(tokenId),
  cutOffOf: () => 0,
};
const manager = await fixedManager({ clock, revocations, maxSessionHours: 720 });
const { token } = manager.generateToken("sesame", { permissions: ["read"] });
const longLived = manager.generateToken("sesame", { expiresInHours: 8760 });
const doomed = manager.generateToken("sesame");
revoked.add(doomed.tokenId);
const SECRET = "sesame-sesame-sesame";

/** One way to meet each. The compiler holds the list complete. */
const provoke = {
  TOKEN_EXPIRED: () => {
    clock.micros = NOW_MICROS + 25 * 3_600_000_000;
    manager.validateToken(token);
  },
  TOKEN_EMPTY: () => manager.validateToken(" \n"),
  TOKEN_MALFORMED: () => manager.validateToken(token.slice(4)),
  CLAIM_MISSING: () => manager.validateToken(sealBytes(key, payloadText({ user_id: undefined }))),
  TOKEN_REVOKED: () => manager.validateToken(doomed.token),
  PERMISSION_NOT_GRANTED: () => manager.checkPermission(token, "write"),
  USER_ID_INVALID: () => manager.generateToken(`${SECRET}\0`),
  PERMISSION_INVALID: () => manager.generateToken("u", { permissions: [`${SECRET}\n`] }),
  TOO_MANY_PERMISSIONS: () => manager.generateToken("u", { permissions: Array(65).fill("read") }),
  EXPIRES_IN_OUT_OF_RANGE: () => manager.generateToken("u", { expiresInHours: 0 }),
  ADDITIONAL_DATA_INVALID: () =>
    manager.generateToken("u", { additionalData: { k: SECRET.repeat(300) } }),
  TOKEN_TOO_LARGE: () =>
    manager.generateToken("u", {
      additionalData: { k: "x".repeat(4050) },
      permissions: Array.from({ length: 50 }, (_, i) => `permission-${i}`),
    }),
  TOO_MANY_TOKENS: () => manager.batchValidateTokens(Array(1001).fill(token)),
  REQUIRED_PERMISSION_INVALID: () => manager.checkPermission(token, SECRET.repeat(10)),
  REVOCATION_NOT_ENABLED: () => {
    const request = create(RefreshTokenRequestSchema, { token, revokeOld: true });
    createRpcs({ manager, register: NO_REGISTER })
      .find(({ method }) => method.localName === "refreshToken")
      ?.handle(request, undefined, {} as HandlerContext);
  },
  SESSION_ENDED: () => {
    clock.micros = NOW_MICROS + 720 * 3_600_000_000;
    manager.refreshToken(longLived.token);
  },
  REVOCATION_INVALID: () => manager.planRevocations([], `${SECRET}\n`),
  TOO_MANY_TARGETS: () => manager.planRevocations(Array(1001).fill({ token })),
  AUDIENCE_MISMATCH: () => manager.validateToken(token, { audience: "orders" }),
  AUDIENCE_INVALID: () => manager.generateToken("u", { audiences: [`${SECRET}\0`] }),
  TOO_MANY_AUDIENCES: () => manager.generateToken("u", { audiences: Array(17).fill("orders") }),
  SETTING_INVALID: () => createSettings({ secretKey: SECRET }),
} satisfies Record<ErrorReason, () => unknown>;

describe("every error reason", () => {
  it("is one of the schema's, and the other way round", () => {
    const schema = ErrorReasonSchema.values.map(({ localName }) => localName).slice(1);
    assert.deepEqual(Object.keys(provoke).sort(), schema.sort());
  });

  for (const [reason, run] of Object.entries(provoke)) {
    it(`${reason} is raised, and tells no secret`, () => {
      clock.micros = NOW_MICROS;
      assert.throws(run, (error) => {
        assert.ok(error instanceof TokenError);
        assert.equal(error.reason, reason);
        const printed = inspect(error, { depth: 9 }) + JSON.stringify(error);
        for (const secret of ["sesame", token.slice(0, 24)]) assert.ok(!printed.includes(secret));
        for (const value of Object.values(error.metadata)) assert.ok(error.message.includes(value));
        return true;
      });
    });
  }
});
