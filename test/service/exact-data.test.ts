/** What a Struct cannot hold travels beside it, and nothing about it is INTERNAL. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { tokenRoutes } from "../../src/service/index.js";
import { fixedManager, testKey } from "../support/fixed-manager.js";
import { payloadText, sealBytes } from "../support/sealed.js";

const manager = await fixedManager();
const key = await testKey("one");
const client = createClient(TokenService, createRouterTransport(tokenRoutes(manager)));

describe("additional_data that a Struct would alter", () => {
  for (const json of [
    '{"id":9007199254740993}',
    '{"a":[{"b":-9007199254740993}]}',
    '{"__proto__":1}',
  ]) {
    it(`${json} comes back digit for digit from every RPC`, async () => {
      const text = payloadText({ additional_data: "HERE" }).replace('"HERE"', json);
      const token = sealBytes(key, text);
      const refreshed = await client.refreshToken({ token });
      assert.equal(refreshed.additionalDataJson, json);
      const fresh = { token: refreshed.token };
      for (const answer of [
        await client.validateToken(fresh),
        await client.getTokenInfo(fresh),
        (await client.introspectToken(fresh)).claims,
        (await client.batchValidateTokens({ tokens: [token] })).results[0]?.result.value,
      ]) {
        assert.equal((answer as { additionalDataJson?: string }).additionalDataJson, json);
      }
      assert.equal(manager.refreshToken(token).additionalDataJson, json);
    });
  }
});
