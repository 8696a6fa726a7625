/** What the client refuses before it asks a server, and what it leaves to one. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Transport } from "@connectrpc/connect";
import { InvalidTokenError, SecureTokenClient, TokenError } from "../../src/client/node.js";

const CALLED = new Error("the server was asked");
const silent: Transport = {
  unary: () => Promise.reject(CALLED),
  stream: () => Promise.reject(CALLED),
};
const client = new SecureTokenClient(silent);
// Callers without types pass anything.
// biome-ignore lint/suspicious/noExplicitAny: that is what is tested.
const anything = (value: unknown) => value as any;

async function outcome(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => assert.fail("the call succeeded"),
    (error: unknown) => error,
  );
}

async function refuses(call: Promise<unknown>, field: string, reason: string, message: string) {
  const error = await outcome(call);
  assert.ok(error instanceof TokenError, String(error));
  assert.equal(error.cause, undefined);
  assert.deepEqual([error.field, error.reason, error.message], [field, reason, message]);
}

describe("client: refused before a call", () => {
  const range = "Expires hours must be between 0 and 8760 hours";
  const number = "Expires hours must be a number";
  for (const [hours, message] of [
    [Number.NaN, range],
    [Number.POSITIVE_INFINITY, range],
    [Number.NEGATIVE_INFINITY, range],
    [1e300, range],
    [false, range],
    [true, number],
    ["24", number],
    [[1], number],
    [{}, number],
    [1n, number],
  ] as const) {
    it(`hours ${String(hours) || typeof hours} (${typeof hours})`, async () => {
      const reason = "EXPIRES_IN_OUT_OF_RANGE";
      const generate = client.generateToken("ada", { expiresInHours: anything(hours) });
      await refuses(generate, "expiresIn", reason, message);
      const refresh = client.refreshToken("token", { newExpiresInHours: anything(hours) });
      await refuses(refresh, "newExpiresIn", reason, message);
    });
  }

  it("permissions that are no list of texts", async () => {
    const reason = "PERMISSION_INVALID";
    for (const [permissions, field, message] of [
      ["read", "permissions", "Permissions must be a list"],
      [{ 0: "read", length: 1 }, "permissions", "Permissions must be a list"],
      [["ab", 5], "permissions[1]", "Each permission must be a string"],
      [new Array(1), "permissions[0]", "Each permission must be a string"],
      [["a\ud800"], "permissions[0]", "permissions[0] must consist of printable characters"],
    ] as const) {
      const call = client.generateToken("ada", { permissions: anything(permissions) });
      await refuses(call, field, reason, message);
    }
  });

  it("users and permissions asked for that are no text", async () => {
    const user = (value: unknown) => client.generateToken(anything(value));
    await refuses(user(7), "userId", "USER_ID_INVALID", "user_id must be a string");
    const wellFormed = "user_id must be well-formed Unicode";
    await refuses(user("\ud800"), "userId", "USER_ID_INVALID", wellFormed);
    for (const value of [7, undefined, "\udfff"]) {
      const reason = "REQUIRED_PERMISSION_INVALID";
      const one = client.checkPermission("token", anything(value));
      await refuses(one, "requiredPermission", reason, "required_permission must be text");
      const several = client.checkPermissions("token", ["read", anything(value)]);
      await refuses(several, "permissions[1]", reason, "permissions[1] must be text");
    }
  });

  it("tokens that are no text", async () => {
    for (const token of [undefined, null, 7, ["token"], {}]) {
      for (const call of [
        client.validateToken(anything(token)),
        client.checkPermission(anything(token), "read"),
        client.checkPermissions(anything(token), ["read"]),
        client.refreshToken(anything(token)),
        client.getTokenInfo(anything(token)),
      ]) {
        const error = await outcome(call);
        assert.ok(error instanceof InvalidTokenError);
        assert.deepEqual(
          [error.message, error.reason, error.field],
          ["Token is empty or invalid", "TOKEN_EMPTY", "token"],
        );
      }
    }
  });

  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  let deep: unknown = {};
  for (let i = 0; i < 32; i++) deep = i % 2 ? { deep } : [deep];
  const json = "must hold JSON values only";
  for (const [what, data, rule] of [
    ["a list", [], "must be an object"],
    ["a text", "{}", "must be an object"],
    [
      "a bigint",
      { a: [0, { "b c": 2n ** 53n }] },
      'must hold integers from -(2^53 - 1) to 2^53 - 1 only: write additional_data.a[1]["b c"] as a string',
    ],
    ["NaN", { a: Number.NaN }, "must hold finite numbers only"],
    ["an infinity", { a: Number.POSITIVE_INFINITY }, "must hold finite numbers only"],
    ["undefined", { a: undefined }, json],
    ["a hole in a list", { a: new Array(1) }, json],
    ["a function", { a: () => 1 }, json],
    ["a symbol", { a: Symbol("s") }, json],
    ["a Date", { a: new Date(0) }, json],
    ["a Map", new Map(), json],
    ["a lone surrogate", { a: "\ud800" }, "must hold well-formed Unicode only"],
    ["one in a name", { "\udc00": 1 }, "must hold well-formed Unicode only"],
    ["__proto__", { a: JSON.parse('{"__proto__":1}') }, "must not hold a member named __proto__"],
    ["33 levels", deep, "must be at most 32 levels deep"],
    ["a cycle", cycle, "must be at most 32 levels deep"],
  ] as const) {
    it(`additional data: ${what}`, async () => {
      const error = await outcome(client.generateToken("ada", { additionalData: anything(data) }));
      assert.ok(error instanceof TokenError, String(error));
      const facts = [error.field, error.reason];
      assert.deepEqual(facts, ["additionalData", "ADDITIONAL_DATA_INVALID"]);
      assert.equal(error.message, `additional_data ${rule}`);
    });
  }
});

describe("client: deadlines", () => {
  const deadlines: (number | undefined)[] = [];
  const noting: Transport = {
    ...silent,
    unary: (_method, _signal, timeoutMs) => {
      deadlines.push(timeoutMs);
      return Promise.reject(CALLED);
    },
  };
  it("are 5 seconds, the client's, or the call's, and arrive below the server's limit", async () => {
    const usual = new SecureTokenClient(noting);
    const patient = new SecureTokenClient(noting, { defaultTimeoutMs: 9000 });
    await outcome(usual.exportConfig());
    await outcome(usual.exportConfig({ timeoutMs: 70 }));
    await outcome(usual.exportConfig({ timeoutMs: 60_000 }));
    await outcome(patient.validateToken("token"));
    await outcome(patient.validateToken("token", { timeoutMs: 70 }));
    assert.deepEqual(deadlines, [5000, 70, 59_900, 9000, 70]);
  });
});

describe("client: left to the server", () => {
  it("whatever a message can carry", async () => {
    const bare = Object.assign(Object.create(null), { a: [null, true, -0, "é", {}] });
    for (const call of [
      client.generateToken("", { permissions: ["x"], expiresInHours: -5, additionalData: bare }),
      client.generateToken("ada", { expiresInHours: 87_660_000 }),
      client.generateToken("ada", anything({ permissions: null, expiresInHours: null })),
      client.introspectToken(anything(7)),
      client.batchValidateTokens(anything([7, null])),
      client.validateToken(""),
    ]) {
      assert.equal(await outcome(call), CALLED);
    }
  });
});
