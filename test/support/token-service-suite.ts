/** What TokenService owes its clients, run unchanged over every transport. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  InvalidTokenError,
  PermissionDeniedError,
  type SecureTokenClient,
  TokenError,
  TokenExpiredError,
} from "../../src/client/node.js";
import { HOLD_HEADER, SERVER_VERSION, TEST_KEY, type TestService } from "./token-service.js";

/** A client with its service behind it. */
export interface Harness {
  readonly client: SecureTokenClient;
  readonly service: TestService;
  /** A client of the same kind whose server does not exist; unset where that cannot be. */
  readonly unreachable?: SecureTokenClient;
  close(): Promise<void>;
}

/** Runs the suite; `open` is called once, and `close` of what it gave at the end. */
export function tokenServiceSuite(
  name: string,
  open: () => Promise<Harness>,
  { overNetwork = true } = {},
): void {
  describe(`${name}: TokenService`, () => {
    let harness: Harness;
    let client: SecureTokenClient;
    let service: TestService;
    before(async () => {
      harness = await open();
      ({ client, service } = harness);
    });
    after(() => harness.close());

    const now = () => new Date(Math.floor(service.clock.micros / 1000)).toISOString().slice(0, 20);
    const expired = async () => {
      const { token, expiresAt } = await client.generateToken("ada", { expiresInHours: 1 });
      service.clock.advanceHours(2);
      return { token, expiresAt };
    };
    const revoked = async () => {
      const { token, tokenId } = await client.generateToken("ada");
      service.revoked.add(tokenId);
      return token;
    };
    const foreign = `${"Z0FBQUFB".repeat(20)}`;

    it("generates a token and tells what it holds", async () => {
      const issued = await client.generateToken("ada", {
        permissions: ["read", "write", "read"],
        expiresInHours: 1.5,
        additionalData: { team: "blue", nested: { list: [1, null, true, "x"] } },
      });
      assert.deepEqual(issued.permissions, ["read", "write"]);
      assert.equal(issued.userId, "ada");
      assert.equal(issued.tokenId.length, 32);
      assert.equal(issued.sessionId, issued.tokenId);
      assert.deepEqual(issued.additionalData, {
        team: "blue",
        nested: { list: [1, null, true, "x"] },
      });
      assert.equal(String(issued.issuedAt), `${now()}123456Z`);
      assert.equal(issued.expiresAt.seconds - issued.issuedAt.seconds, 5400);
      assert.equal(service.manager.validateToken(issued.token).tokenId, issued.tokenId);
    });

    it("generates with defaults: no permissions, no data, the server's lifetime", async () => {
      const issued = await client.generateToken("ada");
      assert.deepEqual([issued.permissions, issued.additionalData], [[], {}]);
      assert.equal(issued.expiresAt.seconds - issued.issuedAt.seconds, 24 * 3600);
    });

    it("validates a token", async () => {
      const { token, tokenId } = await client.generateToken("ada", { expiresInHours: 26.5 });
      const claims = await client.validateToken(token);
      assert.equal(claims.valid, true);
      assert.equal(claims.tokenId, tokenId);
      assert.equal(String(claims.timeRemaining), "1 day, 2:30:00");
      assert.equal(claims.issuedAt.micros, 123456);
      assert.ok(claims.issuedAt.toDate() instanceof Date);
    });

    it("checks one permission", async () => {
      const { token } = await client.generateToken("ada", { permissions: ["read"] });
      assert.equal(await client.checkPermission(token, "read"), true);
      await rejects(client.checkPermission(token, "Read"), PermissionDeniedError, {
        message: "Permission 'Read' not granted",
        kind: "PERMISSION_DENIED",
        reason: "PERMISSION_NOT_GRANTED",
        field: "requiredPermission",
        metadata: { required_permission: "Read" },
        requiredPermission: "Read",
        code: Code.PermissionDenied,
      });
    });

    it("checks several permissions, in order, repeated ones too", async () => {
      const { token } = await client.generateToken("ada", { permissions: ["read", "write"] });
      assert.deepEqual(await client.checkPermissions(token, ["write", "delete", "", "write"]), [
        { permission: "write", granted: true },
        { permission: "delete", granted: false },
        { permission: "", granted: false },
        { permission: "write", granted: true },
      ]);
      assert.deepEqual(await client.checkPermissions(token, []), []);
    });

    it("refreshes a token and keeps its session and additional data, digit for digit", async () => {
      const additionalDataJson = '{"id":9223372036854775807,"__proto__":{"admin":true}}';
      const token = await service.seal({ permissions: ["read"], additionalDataJson });
      const old = await client.getTokenInfo(token);
      service.clock.advanceHours(0.5);
      const fresh = await client.refreshToken(token, { newExpiresInHours: 3 });
      assert.notEqual(fresh.tokenId, old.tokenId);
      assert.equal(fresh.sessionId, old.tokenId);
      assert.equal(fresh.expiresAt.seconds - fresh.issuedAt.seconds, 3 * 3600);
      assert.equal(fresh.clamped, false);
      assert.equal(fresh.additionalData.id, 9223372036854775807n);
      const info = await client.getTokenInfo(fresh.token);
      assert.deepEqual(info.additionalData, old.additionalData);
      assert.deepEqual(info.permissions, ["read"]);
      assert.equal(info.sessionId, old.tokenId);
      assert.deepEqual(info.sessionStartedAt, old.issuedAt);
      assert.equal((await client.validateToken(token)).tokenId, old.tokenId);
    });

    it("refreshes a token up to its session's end, and says that it was clamped", async () => {
      const { token } = await client.generateToken("ada", { expiresInHours: 721 });
      const start = (await client.getTokenInfo(token)).sessionStartedAt;
      service.clock.advanceHours(719);
      const last = await client.refreshToken(token, { newExpiresInHours: 2 });
      assert.equal(last.clamped, true);
      assert.equal(last.expiresAt.seconds - start.seconds, 720 * 3600);
      assert.equal(last.expiresAt.micros, start.micros);
      service.clock.advanceHours(1);
      await assert.rejects(client.refreshToken(token), {
        name: "TokenError",
        reason: "SESSION_ENDED",
        field: "token",
      });
    });

    it("tells all that is known of a token", async () => {
      const { token, tokenId } = await client.generateToken("ada");
      const info = await client.getTokenInfo(token);
      assert.equal(info.valid, true);
      assert.equal(info.isRevoked, false);
      assert.deepEqual(info.createdAt, info.issuedAt);
      assert.deepEqual(info.sessionStartedAt, info.issuedAt);
      assert.equal(info.sessionId, tokenId);
      assert.equal(info.keyId, service.manager.exportConfig().keys[0]?.keyId);
      assert.equal(String(info.timeRemaining), "1 day, 0:00:00");
    });

    it("introspects every state without an error", async () => {
      const { token, tokenId, ...issued } = await client.generateToken("ada", {
        expiresInHours: 1,
      });
      const active = await client.introspectToken(token);
      assert.equal(active.state, "ACTIVE");
      assert.equal(String(active.timeRemaining), "1:00:00");
      assert.equal(active.claims?.tokenId, tokenId);
      assert.deepEqual(active.claims?.expiresAt, issued.expiresAt);
      assert.match(active.keyId ?? "", /^[0-9a-f]{16}$/);
      service.revoked.add(tokenId);
      assert.equal((await client.introspectToken(token)).state, "REVOKED");
      service.clock.advanceHours(2);
      const late = await client.introspectToken(token);
      assert.equal(late.state, "EXPIRED");
      assert.equal(String(late.timeRemaining), "0:00:00");
      for (const invalid of [foreign, "", "\ud800", undefined, 7]) {
        const answer = await client.introspectToken(invalid as string);
        assert.deepEqual(answer, { state: "INVALID" });
      }
    });

    it("exports the configuration", async () => {
      const config = await client.exportConfig();
      const { keyId } = service.manager.exportConfig().keys[0]!;
      assert.deepEqual(config, {
        algorithm: "Fernet-PBKDF2-SHA256",
        version: "1.0",
        iterations: 100_000,
        salt: new Uint8Array(TEST_KEY.salt),
        defaultExpirationHours: 24,
        keys: [{ keyId, state: "PRIMARY" }],
        serverVersion: SERVER_VERSION,
        // No callers are configured.
        caller: "",
        callerRpcs: [],
      });
    });

    it("answers a batch of mixed tokens in order, each error an exception of its own", async () => {
      const { token: old, expiresAt } = await expired();
      const { token, tokenId } = await client.generateToken("ada", { permissions: ["read"] });
      const tokens = [foreign, token, old, await revoked(), "", 5 as unknown as string, token];
      const results = await client.batchValidateTokens(tokens);
      assert.deepEqual(
        results.map(({ error, claims }) => error?.reason ?? claims?.tokenId),
        [
          "TOKEN_MALFORMED",
          tokenId,
          "TOKEN_EXPIRED",
          "TOKEN_REVOKED",
          "TOKEN_EMPTY",
          "TOKEN_EMPTY",
          tokenId,
        ],
      );
      const [malformed, valid, late] = results;
      assert.ok(malformed?.error instanceof InvalidTokenError);
      assert.equal(valid?.claims?.valid, true);
      assert.deepEqual(valid?.claims?.permissions, ["read"]);
      assert.equal(String(valid?.claims?.timeRemaining), "1 day, 0:00:00");
      assert.ok(late?.error instanceof TokenExpiredError);
      assert.deepEqual(late.error.expiredAt, expiresAt);
      assert.equal(late.error.message, "Token expired");
      assert.equal(late.error.code, Code.Unauthenticated);
      assert.deepEqual(await client.batchValidateTokens([]), []);
    });

    it("throws TokenExpiredError with the instant, wherever a token is used", async () => {
      const { token, expiresAt } = await expired();
      for (const use of uses(client, token)) {
        await rejects(use(), TokenExpiredError, {
          name: "TokenExpiredError",
          message: "Token expired",
          kind: "TOKEN_EXPIRED",
          reason: "TOKEN_EXPIRED",
          field: "token",
          metadata: {},
          expiredAt: expiresAt,
          code: Code.Unauthenticated,
        });
      }
    });

    it("throws InvalidTokenError, for revoked tokens too, wherever a token is used", async () => {
      const empty = { reason: "TOKEN_EMPTY", message: "Token is empty or invalid" };
      const malformed = { reason: "TOKEN_MALFORMED", message: "Token format is invalid" };
      const rows = [
        ["", empty],
        [" \n", empty],
        [null, empty],
        [foreign, malformed],
        ["\ud800", malformed],
        ["x".repeat(9000), malformed],
        ["x".repeat(100_000), malformed],
        [await revoked(), { reason: "TOKEN_REVOKED", message: "Token has been revoked" }],
      ] as const;
      for (const [token, facts] of rows) {
        for (const use of uses(client, token as string)) {
          const common = { kind: "INVALID_TOKEN", field: "token", metadata: {} };
          await rejects(use(), InvalidTokenError, { ...common, ...facts });
        }
      }
    });

    it("throws TokenError naming the field and the rule", async () => {
      const { token } = await client.generateToken("ada");
      const many = Array.from({ length: 65 }, (_, i) => `permission-${i}`);
      const checked = Array.from({ length: 257 }, () => "read");
      const hours = "Expires hours must be between 0 and 8760 hours";
      const rows: [() => Promise<unknown>, string, string, string | RegExp][] = [
        [() => client.generateToken(""), "userId", "USER_ID_INVALID", /1 to 256/],
        [() => client.generateToken("a\u0007"), "userId", "USER_ID_INVALID", /control/],
        [
          () => client.generateToken("ada", { permissions: ["ok", "x"] }),
          "permissions[1]",
          "PERMISSION_INVALID",
          "Permission length must be between 2 and 30 characters",
        ],
        [
          () => client.generateToken("ada", { permissions: many }),
          "permissions",
          "TOO_MANY_PERMISSIONS",
          /at most 64/,
        ],
        [
          () => client.generateToken("ada", { expiresInHours: 8761 }),
          "expiresIn",
          "EXPIRES_IN_OUT_OF_RANGE",
          hours,
        ],
        [
          () => client.generateToken("ada", { expiresInHours: -1e-9 }),
          "expiresIn",
          "EXPIRES_IN_OUT_OF_RANGE",
          hours,
        ],
        [
          () => client.refreshToken(token, { newExpiresInHours: 0 }),
          "newExpiresIn",
          "EXPIRES_IN_OUT_OF_RANGE",
          hours,
        ],
        [
          () => client.refreshToken(token, { revokeOld: true }),
          "revokeOld",
          "REVOCATION_NOT_ENABLED",
          /revocations/,
        ],
        [
          () => client.generateToken("ada", { additionalData: { text: "x".repeat(5000) } }),
          "additionalData",
          "ADDITIONAL_DATA_INVALID",
          /4096 bytes/,
        ],
        [
          () => client.checkPermission(token, "x".repeat(129)),
          "requiredPermission",
          "REQUIRED_PERMISSION_INVALID",
          /128/,
        ],
        [
          () => client.checkPermissions(token, checked),
          "permissions",
          "TOO_MANY_PERMISSIONS",
          /at most 256/,
        ],
        [
          () => client.batchValidateTokens(Array.from({ length: 1001 }, () => "t")),
          "tokens",
          "TOO_MANY_TOKENS",
          /at most 1000/,
        ],
      ];
      for (const [use, field, reason, message] of rows) {
        const code = Code.InvalidArgument;
        await rejects(use(), TokenError, {
          name: "TokenError",
          kind: "TOKEN_ERROR",
          field,
          reason,
          message,
          code,
        });
      }
    });

    it("takes a thousand tokens, 64 permissions and 256 checked ones", async () => {
      const permissions = Array.from({ length: 64 }, (_, i) => `permission-${i}`);
      const { token } = await client.generateToken("ada", { permissions });
      assert.deepEqual((await client.validateToken(token)).permissions, permissions);
      const asked = Array.from({ length: 256 }, (_, i) => `permission-${i}`);
      const granted = await client.checkPermissions(token, asked);
      assert.equal(granted.filter((result) => result.granted).length, 64);
      const { token: short } = await client.generateToken("ada");
      const tokens = Array.from({ length: 1000 }, (_, i) => (i % 2 ? short : foreign));
      const results = await client.batchValidateTokens(tokens);
      assert.ok(results.every(({ claims }, i) => (claims !== undefined) === (i % 2 === 1)));
    });

    it("carries big integers and a member named __proto__", async () => {
      const additionalDataJson =
        '{"big":9007199254740993,"small":-9223372036854775809,"safe":9007199254740991,' +
        '"list":[18446744073709551615,1.5,1e3],"__proto__":{"admin":true}}';
      const token = await service.seal({ additionalDataJson });
      const { claims: batched } = (await client.batchValidateTokens([token]))[0]!;
      const { claims: introspected } = await client.introspectToken(token);
      for (const claims of [
        await client.validateToken(token),
        await client.getTokenInfo(token),
        batched,
        introspected,
      ]) {
        const data = claims?.additionalData as Record<string, unknown>;
        assert.equal(data.big, 9007199254740993n);
        assert.equal(data.small, -9223372036854775809n);
        assert.equal(data.safe, 9007199254740991);
        assert.deepEqual(data.list, [18446744073709551615n, 1.5, 1000]);
        assert.deepEqual(Object.entries(data).at(-1), ["__proto__", { admin: true }]);
        assert.equal(data.admin, undefined);
      }
    });

    it("carries Unicode in every text, and every kind of JSON value", async () => {
      const userId = "Ada Łovelace 🦉 שלום";
      const permissions = ["読む", "😀".repeat(30)];
      const additionalData = {
        "ключ 🗝": ["\u2028", '"\\/\b', "é"],
        empty: {},
        list: [[], [null]],
        numbers: [0, -1, 1.5, 1e21, Number.MAX_SAFE_INTEGER, 5e-324],
      };
      const { token } = await client.generateToken(userId, { permissions, additionalData });
      const claims = await client.validateToken(token);
      assert.equal(claims.userId, userId);
      assert.deepEqual(claims.permissions, permissions);
      assert.deepEqual(claims.additionalData, additionalData);
      await rejects(client.checkPermission(token, "päss\n"), PermissionDeniedError, {
        requiredPermission: "päss\n",
        message: "Permission 'päss\n' not granted",
      });
    });

    it("ends a call at its deadline with an RPC error", async () => {
      const call = client.exportConfig({ timeoutMs: 40, headers: { [HOLD_HEADER]: "1" } });
      await rejectsAsRpc(call, Code.DeadlineExceeded);
    });

    it("ends a call whose signal fires with an RPC error", { timeout: 20_000 }, async () => {
      const early = { signal: AbortSignal.abort(), headers: { [HOLD_HEADER]: "1" } };
      await rejectsAsRpc(client.exportConfig(early), Code.Canceled);
      const controller = new AbortController();
      const headers = { [HOLD_HEADER]: "1" };
      // Without a deadline, nothing but the signal can end the call.
      const options = { signal: controller.signal, timeoutMs: 60_000, headers };
      const call = client.exportConfig(options);
      setTimeout(() => controller.abort(), 20);
      await rejectsAsRpc(call, Code.Canceled);
      assert.equal((await client.exportConfig()).version, "1.0");
    });

    it("tells nothing of a fault that nobody foresaw", async () => {
      service.fault = new Error("disk on fire");
      try {
        const error = await rejectsAsRpc(client.generateToken("ada"), Code.Internal);
        assert.equal(error.rawMessage, "internal error");
        assert.deepEqual(error.details, []);
        assert.equal(service.reported.at(-1), service.fault);
      } finally {
        service.fault = undefined;
      }
    });

    if (overNetwork) {
      it("reports an unreachable server as an RPC error", async () => {
        assert.ok(harness.unreachable);
        await rejectsAsRpc(harness.unreachable.exportConfig({ timeoutMs: 300 }));
      });
    }
  });
}

/** Every call that fails when its token is not valid. */
function uses(client: SecureTokenClient, token: string): (() => Promise<unknown>)[] {
  return [
    () => client.validateToken(token),
    () => client.checkPermission(token, "read"),
    () => client.checkPermissions(token, ["read"]),
    () => client.refreshToken(token),
    () => client.getTokenInfo(token),
  ];
}

/** Rejects with exactly this class, these facts, and the RPC error as its cause if there was a call. */
async function rejects(
  call: Promise<unknown>,
  type: abstract new (...args: never[]) => TokenError,
  facts: Record<string, unknown>,
): Promise<void> {
  const error = await call.then(
    () => assert.fail("the call succeeded"),
    (error: unknown) => error as Record<string, unknown>,
  );
  assert.equal(error.constructor, type, String(error));
  assert.ok(error.cause === undefined || error.cause instanceof ConnectError);
  for (const [name, value] of Object.entries(facts)) {
    if (value instanceof RegExp) assert.match(String(error[name]), value);
    else assert.deepEqual(error[name], value, name);
  }
}

/** Rejects with an ordinary RPC error, which says nothing about a token. */
async function rejectsAsRpc(call: Promise<unknown>, code?: Code): Promise<ConnectError> {
  const error = await call.then(
    () => assert.fail("the call succeeded"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof ConnectError, String(error));
  assert.ok(!(error instanceof TokenError));
  if (code !== undefined) assert.equal(Code[error.code], Code[code], error.message);
  return error;
}
