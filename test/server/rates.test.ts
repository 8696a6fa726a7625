/** How often callers and holders may call, and what a batch counts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code } from "@connectrpc/connect";
import { createSecureTokenClient } from "../../src/client/node.js";
import { AddressRates, networkOf } from "../../src/server/callers/address-rates.js";
import { type HolderRules, KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { TokenBucket } from "../../src/server/callers/token-bucket.js";
import { fixedManager } from "../support/fixed-manager.js";
import { startProductServer } from "../support/product-server.js";

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
  const clients: { close(): void }[] = [];
  const clientOf = (apiKey: string) => {
    const client = createSecureTokenClient({ baseUrl: server.origin, apiKey });
    clients.push(client);
    return client;
  };
  const close = async () => {
    for (const client of clients) client.close();
    await server.close();
  };
  return { manager, key, clientOf, close };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "ok",
    (error) => error.code as Code,
  );

describe("rates", () => {
  it("count every token of a batch, which is answered whole", async () => {
    const { manager, key, clientOf, close } = await serverWith(2, {});
    const client = clientOf(key);
    const { token } = manager.generateToken("u");
    const results = await client.batchValidateTokens([token, token, "x"]);
    assert.equal(results.length, 3);
    const error = await client.validateToken(token).catch((reason) => reason);
    assert.equal(error.code, Code.ResourceExhausted);
    await close();
    const bucket = new TokenBucket(10, 0);
    assert.equal(bucket.take(0), 0);
    bucket.charge(999);
    assert.equal(bucket.take(0), 99_100);
    assert.equal(bucket.take(99_100), 0);
  });

  it("of holders are one for all tokens of an address, beside the callers' own", async () => {
    const { manager, key, clientOf, close } = await serverWith(1000, { callsPerSecond: 2 });
    const tokens = ["a", "b", "c"].map((user) => manager.generateToken(user).token);
    const outcomes = [];
    for (const token of tokens) outcomes.push(await codeOf(clientOf(token).validateToken(token)));
    assert.deepEqual(outcomes, ["ok", "ok", Code.ResourceExhausted]);
    assert.equal(await codeOf(clientOf(key).validateToken(tokens[0] as string)), "ok");
    await close();
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

  it("of holders remember so many addresses, and forget the oldest", () => {
    const rates = new AddressRates(1);
    for (let i = 0; i < 10_000; i++) assert.equal(rates.take(`10.0.${i >> 8}.${i & 255}`, 0), 0);
    assert.ok(rates.take("10.0.0.1", 0) > 0);
    assert.equal(rates.take("192.0.2.1", 0), 0);
    assert.equal(rates.take("10.0.0.0", 0), 0, "the first address was forgotten");
  });
});

describe("holders' refresh", () => {
  it("is switched off for all tokens, and nothing else is", async () => {
    const { manager, clientOf, close } = await serverWith(1000, { refresh: false });
    const { token } = manager.generateToken("u");
    assert.equal(await codeOf(clientOf(token).refreshToken(token)), Code.PermissionDenied);
    assert.equal(await codeOf(clientOf(token).validateToken(token)), "ok");
    await close();
  });
});
