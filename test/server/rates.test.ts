/** How often callers and holders may call, and what a batch counts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { systemClock } from "../../src/core/index.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { AddressRates } from "../../src/server/callers/address-rates.js";
import { type HolderRules, KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { TokenBucket } from "../../src/server/callers/token-bucket.js";
import { networkOf } from "../../src/transport/address-list.js";
import { fixedManager } from "../support/fixed-manager.js";
import { startProductServer } from "../support/product-server.js";
import { keepReports } from "../support/reports.js";

async function serverWith(rate: number, holders: HolderRules) {
  const manager = await fixedManager();
  const key = generateApiKey();
  const row = {
    name: "verifier",
    api_keys: [{ sha256: digestApiKey(key) }],
    rpcs: ["ValidateToken", "BatchValidateTokens"],
    calls_per_second: rate,
  };
  const isAuthentic = (text: string) => manager.introspectToken(text).state !== "INVALID";
  const rows = parseCallers(JSON.stringify({ callers: [row] }));
  const server = await startProductServer(manager, new KnownCallers(rows, isAuthentic, holders));
  const ask = askOf.bind(undefined, server.origin);
  return { manager, key, ask, close: () => server.close() };
}

/** The code of one call, not repeated: a client of ours waits until its turn has come. */
async function askOf(
  origin: string,
  bearer: string,
  rpc: string,
  request: object,
): Promise<string> {
  const response = await fetch(`${origin}/securetoken.v1.TokenService/${rpc}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
    body: JSON.stringify(request),
  });
  const { code = "ok" } = (await response.json()) as { code?: string };
  return code;
}

describe("rates", () => {
  it("count every token of a batch, which is answered whole", async () => {
    const { manager, key, ask, close } = await serverWith(2, {});
    const { token } = manager.generateToken("u");
    const codes = [
      await ask(key, "BatchValidateTokens", { tokens: Array(100).fill(token) }),
      await ask(key, "ValidateToken", { token }),
    ];
    await close();
    assert.deepEqual(codes, ["ok", "resource_exhausted"]);
    const bucket = new TokenBucket(20, 0);
    assert.equal(bucket.take(0), 0);
    assert.equal(bucket.charge(999, 0), 0);
    assert.equal(bucket.take(0), 49_050);
    assert.equal(bucket.take(49_050), 0);
  });

  it("of callers are never more than one batch behind, however many were let in beside each other", () => {
    const key = generateApiKey();
    const row = {
      name: "verifier",
      api_keys: [{ sha256: digestApiKey(key) }],
      rpcs: ["BatchValidateTokens"],
      calls_per_second: 20,
    };
    const callers = new KnownCallers(parseCallers(JSON.stringify({ callers: [row] })), () => false);
    const head = { service: TokenService, method: TokenService.method.batchValidateTokens };
    const headers = { authorization: `Bearer ${key}` };
    const admit = () => callers.admit({ ...head, headers, socket: undefined });
    // Their headers came before the body of any of them.
    const beside = Array.from({ length: 10 }, admit);
    beside[0]?.charge?.(999);
    for (const caller of beside.slice(1)) {
      assert.throws(() => caller.charge?.(999), { code: Code.ResourceExhausted });
    }
    const bucket = new TokenBucket(20, 0);
    assert.equal(bucket.charge(999, 0), 0);
    assert.equal(bucket.charge(999, 0), 48_950, "999 calls are 50 s at 20 a second, and no more");
  });

  it("leave a caller its feed of revocations, however often it calls, and bound how often it opens one", () => {
    const key = generateApiKey();
    const row = {
      name: "verifier",
      api_keys: [{ sha256: digestApiKey(key) }],
      rpcs: ["ValidateToken", "WatchRevocations"],
      calls_per_second: 1,
    };
    const callers = new KnownCallers(parseCallers(JSON.stringify({ callers: [row] })), () => false);
    const headers = { authorization: `Bearer ${key}` };
    const admitted = (method: DescMethod) => {
      try {
        callers.admit({ service: TokenService, method, headers, socket: undefined });
        return true;
      } catch (error) {
        assert.equal(ConnectError.from(error).code, Code.ResourceExhausted);
        return false;
      }
    };
    const { validateToken, watchRevocations } = TokenService.method;
    const asked = [validateToken, validateToken, watchRevocations, watchRevocations];
    assert.deepEqual(asked.map(admitted), [true, false, true, false]);
  });

  it("of holders are one for all tokens of an address, beside the callers' own", async () => {
    const { manager, key, ask, close } = await serverWith(1000, { callsPerSecond: 0.01 });
    const tokens = ["a", "b"].map((user) => manager.generateToken(user).token);
    const codes = [];
    for (const token of tokens) codes.push(await ask(token, "ValidateToken", { token }));
    codes.push(await ask(key, "ValidateToken", { token: tokens[0] }));
    await close();
    assert.deepEqual(codes, ["ok", "resource_exhausted", "ok"]);
  });

  it("of holders count every target of RevokeTokens, and are never more than one batch behind", async () => {
    const register = await RevocationAuthority.open({
      clock: systemClock,
      feedId: "rates",
      reporter: keepReports(),
    });
    const manager = await fixedManager({ clock: systemClock, revocations: register });
    const isAuthentic = (text: string) => manager.introspectToken(text).state !== "INVALID";
    const holders = new KnownCallers([], isAuthentic, { callsPerSecond: 0.01 });
    const server = await startProductServer(manager, holders, { register });
    const { token } = manager.generateToken("u");
    const revoke = (count: number) =>
      askOf(server.origin, token, "RevokeTokens", { targets: Array(count).fill({ token }) });
    const codes = [await revoke(3), await revoke(1)];
    await server.close();
    await register.close();
    assert.deepEqual(codes, ["ok", "resource_exhausted"]);
    const rates = new AddressRates(10);
    assert.equal(rates.take("192.0.2.1", 0), 0);
    assert.equal(rates.charge("192.0.2.1", 999, 0), 0);
    // A call that was let in beside it takes nothing more: others of the address would wait for that too.
    assert.equal(rates.charge("192.0.2.1", 999, 0), 99_000);
    assert.equal(rates.take("192.0.2.1", 0), 99_100);
    assert.equal(rates.take("192.0.2.1", 99_100), 0);
    assert.equal(rates.charge("192.0.2.2", 5, 0), 0, "another address owes nothing");
  });

  it("of holders tell addresses apart, and an IPv6 network as one", () => {
    const rates = new AddressRates(1);
    assert.equal(rates.take("192.0.2.1", 0), 0);
    assert.ok(rates.take("::ffff:192.0.2.1", 0) > 0);
    assert.equal(rates.take("192.0.2.2", 0), 0);
    assert.equal(rates.take("2001:db8::1", 0), 0);
    assert.ok(rates.take("2001:db8:0:0:ffff::2", 0) > 0);
    assert.equal(rates.take("2001:db8:0:1::1", 0), 0);
    for (const [address, network] of [
      ["2001:DB8::1", "2001:db8:0:0::/64"],
      ["::1", "0:0:0:0::/64"],
      ["fe80::1%eth0", "fe80:0:0:0::/64"],
      ["1:2:3:4:5:6:7:8", "1:2:3:4::/64"],
    ] as const) {
      assert.equal(networkOf(address), network);
    }
  });

  it("of holders remember so many addresses, and forget who was quiet for longest", () => {
    const rates = new AddressRates(1);
    for (let i = 0; i < 10_000; i++) assert.equal(rates.take(`10.0.${i >> 8}.${i & 255}`, 0), 0);
    assert.ok(rates.take("10.0.0.0", 0) > 0);
    assert.equal(rates.take("192.0.2.1", 0), 0, "a new one");
    assert.ok(rates.take("10.0.0.0", 0) > 0, "who goes on is not forgotten");
    assert.ok(rates.take("10.0.0.2", 0) > 0, "one alone has made room");
    assert.equal(rates.take("10.0.0.1", 0), 0, "the first of those who were quiet");
  });
});

describe("holders' refresh", () => {
  it("is switched off for all tokens, and nothing else is", async () => {
    const { manager, ask, close } = await serverWith(1000, { refresh: false });
    const { token } = manager.generateToken("u");
    const codes = [
      await ask(token, "RefreshToken", { token }),
      await ask(token, "ValidateToken", { token }),
    ];
    await close();
    assert.deepEqual(codes, ["permission_denied", "ok"]);
  });
});
