/** How long a session may go on, by whoever refreshes it; `session-chains.test.ts` has any chain of refreshes. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code } from "@connectrpc/connect";
import { createSecureTokenClient } from "../../src/client/node.js";
import type { SecureTokenManager } from "../../src/core/index.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import {
  fixedManager,
  HOUR_MICROS,
  movableClock,
  NOW_MICROS,
  testKey,
} from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";
import { payloadText, sealBytes } from "../support/sealed.js";

/** Callers by the hours that they may grant. */
const GRANT_HOURS = [1, 3, 48, 8760];
const KEYS = new Map([...GRANT_HOURS, 0].map((hours) => [hours, generateApiKey()]));
const MAX_SESSION_HOURS = 720;

function row(hours: number, more: object = {}): object {
  const key = KEYS.get(hours) as string;
  return {
    name: `grants-${hours}`,
    api_keys: [{ sha256: digestApiKey(key) }],
    rpcs: ["GenerateToken", "RefreshToken"],
    grants: { permissions: ["*"], user_id: "*", max_expires_in_hours: hours || 24 },
    ...more,
  };
}

describe("a session", () => {
  const clock = movableClock();
  let manager: SecureTokenManager;
  let server: ProductServer;
  const open: { close(): void }[] = [];
  const clients = new Map<string, ReturnType<typeof createSecureTokenClient>>();
  before(async () => {
    manager = await fixedManager({ clock, maxSessionHours: MAX_SESSION_HOURS });
    const isAuthentic = (text: string) => manager.introspectToken(text).state !== "INVALID";
    const rows = [...GRANT_HOURS.map((hours) => row(hours)), row(0, { holder_refresh: false })];
    const callers = parseCallers(JSON.stringify({ callers: rows }));
    server = await startProductServer(manager, new KnownCallers(callers, isAuthentic));
  });
  after(async () => {
    for (const client of [...clients.values(), ...open]) client.close();
    await server.close();
  });

  const clientOf = (hours: number) => {
    const apiKey = KEYS.get(hours) as string;
    const known =
      clients.get(apiKey) ?? createSecureTokenClient({ baseUrl: server.origin, apiKey });
    clients.set(apiKey, known);
    return known;
  };
  const holderOf = (token: string) => {
    const client = createSecureTokenClient({ baseUrl: server.origin, apiKey: token });
    open.push(client);
    return client;
  };
  const micros = ({ seconds, micros }: { seconds: number; micros: number }) =>
    seconds * 1_000_000 + micros;

  it("gives a thief of a one-hour token one hour, whatever lifetime is asked for", async () => {
    clock.micros = NOW_MICROS;
    const { token } = await clientOf(1).generateToken("u", { expiresInHours: 1 });
    clock.micros += HOUR_MICROS / 2;
    const fresh = await holderOf(token).refreshToken(token, { newExpiresInHours: 8760 });
    assert.equal(micros(fresh.expiresAt), NOW_MICROS + HOUR_MICROS);
    assert.equal(fresh.clamped, true);
  });

  it("goes on, by its holder, within the issuer's grant", async () => {
    clock.micros = NOW_MICROS;
    let latest = await clientOf(3).generateToken("u", { expiresInHours: 1 });
    for (const [hour, expected] of [
      [0.75, 1.75],
      [1.5, 2.5],
      [2.25, 3],
    ] as const) {
      clock.micros = NOW_MICROS + hour * HOUR_MICROS;
      const fresh = await holderOf(latest.token).refreshToken(latest.token);
      assert.equal(micros(fresh.expiresAt), NOW_MICROS + expected * HOUR_MICROS);
      assert.equal(fresh.clamped, expected === 3);
      latest = fresh;
    }
    clock.micros = NOW_MICROS + 3 * HOUR_MICROS;
    const ended = await holderOf(latest.token)
      .refreshToken(latest.token)
      .catch((e) => e);
    assert.equal(ended.reason, "SESSION_ENDED");
    assert.match(ended.message, /maximum of 3 hours/);
  });

  it("of a token without a written end gains nothing by its holder, and goes on by a caller", async () => {
    clock.micros = NOW_MICROS;
    const token = sealBytes(await testKey("one"), payloadText());
    const lasts = NOW_MICROS + 24 * HOUR_MICROS;
    clock.micros += HOUR_MICROS;
    const held = await holderOf(token).refreshToken(token, { newExpiresInHours: 8760 });
    assert.equal(micros(held.expiresAt), lasts);
    const called = await clientOf(48).refreshToken(token, { newExpiresInHours: 48 });
    assert.equal(micros(called.expiresAt), clock.micros + 48 * HOUR_MICROS);
  });

  it("is not refreshed by the holder where the issuer's row says so, after a caller's refresh too", async () => {
    clock.micros = NOW_MICROS;
    const issued = await clientOf(0).generateToken("u", { expiresInHours: 1 });
    const others = await clientOf(48).generateToken("u", { expiresInHours: 1 });
    const tokens = [
      issued.token,
      (await clientOf(48).refreshToken(issued.token)).token,
      (await clientOf(0).refreshToken(others.token)).token,
    ];
    for (const token of tokens) {
      const error = await holderOf(token)
        .refreshToken(token)
        .catch((reason) => reason);
      assert.equal(error.code, Code.PermissionDenied);
      assert.ok(await holderOf(token).validateToken(token), "every other call on it is allowed");
    }
  });

  it("lasts no longer than its caller may grant where a request names no lifetime", async () => {
    clock.micros = NOW_MICROS;
    const issued = await clientOf(1).generateToken("u");
    assert.equal(micros(issued.expiresAt), NOW_MICROS + HOUR_MICROS);
    const other = await clientOf(8760).generateToken("u");
    assert.equal(micros(other.expiresAt), NOW_MICROS + 24 * HOUR_MICROS);
    const fresh = await clientOf(1).refreshToken(other.token);
    assert.equal(micros(fresh.expiresAt), NOW_MICROS + HOUR_MICROS);
  });
});
