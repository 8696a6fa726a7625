/** Answers that hold less than every answer must: never a result, and never a fact about a token. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import {
  type TokenClaimsSchema,
  TokenService,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { SecureTokenClient, TokenError } from "../../src/client/node.js";

/** A client of a server that answers as told. */
function answering(implementation: Partial<ServiceImpl<typeof TokenService>>): SecureTokenClient {
  const routes = createRouterTransport(({ service }) => {
    service(TokenService, implementation);
  });
  return new SecureTokenClient(routes);
}

const time = { seconds: 1n };
const claims: MessageInitShape<typeof TokenClaimsSchema> = {
  tokenId: "id",
  issuedAt: time,
  expiresAt: time,
  timeRemaining: time,
};

async function failsAsRpc(call: Promise<unknown>, text: RegExp): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof ConnectError, String(error));
    assert.ok(!(error instanceof TokenError));
    assert.equal(error.code, Code.Internal);
    assert.match(error.rawMessage, text);
    return true;
  });
}

describe("client: answers that cannot be", () => {
  it("takes an empty answer for no yes", async () => {
    const client = answering({
      generateToken: () => ({}),
      validateToken: () => ({}),
      checkPermission: () => ({}),
      checkPermissions: () => ({}),
      batchValidateTokens: () => ({}),
      refreshToken: () => ({}),
      getTokenInfo: () => ({}),
      introspectToken: () => ({}),
      exportConfig: () => ({}),
    });
    await failsAsRpc(client.generateToken("ada"), /lacks token/);
    await failsAsRpc(client.validateToken("token"), /lacks valid/);
    await failsAsRpc(client.checkPermission("token", "read"), /lacks granted/);
    await failsAsRpc(client.checkPermissions("token", ["read"]), /0 results where 1/);
    await failsAsRpc(client.batchValidateTokens(["token"]), /0 results where 1/);
    await failsAsRpc(client.refreshToken("token"), /lacks token/);
    await failsAsRpc(client.getTokenInfo("token"), /lacks valid/);
    await failsAsRpc(client.introspectToken("token"), /token state/);
    await failsAsRpc(client.exportConfig(), /lacks default_expires_in/);
  });

  it("misses every instant that it needs", async () => {
    for (const [field, part] of [
      ["issued_at", { issuedAt: { seconds: 2n ** 60n } }],
      ["expires_at", { expiresAt: { nanos: -1 } }],
    ] as const) {
      const client = answering({ validateToken: () => ({ ...claims, ...part, valid: true }) });
      await failsAsRpc(client.validateToken("token"), new RegExp(`lacks ${field}`));
    }
    const { timeRemaining, ...rest } = claims;
    const client = answering({
      validateToken: () => ({ ...rest, valid: true }),
      getTokenInfo: () => ({ ...claims, valid: true }),
    });
    await failsAsRpc(client.validateToken("token"), /lacks time_remaining/);
    await failsAsRpc(client.getTokenInfo("token"), /lacks created_at/);
  });

  it("does not call a revoked token valid", async () => {
    const client = answering({
      getTokenInfo: () => ({ ...claims, valid: true, createdAt: time, isRevoked: true }),
    });
    await failsAsRpc(client.getTokenInfo("token"), /revoked/);
  });

  it("takes no unknown state for a known one, and believes no claims that are missing", async () => {
    const unknown = answering({ introspectToken: () => ({ state: 9 as never, claims }) });
    await failsAsRpc(unknown.introspectToken("token"), /token state/);
    const bare = answering({ introspectToken: () => ({ state: 1 }) });
    await failsAsRpc(bare.introspectToken("token"), /lacks claims/);
  });

  it("fails a batch whose answers belong to nobody or say nothing", async () => {
    const result = { case: "claims" as const, value: claims };
    const many = answering({ batchValidateTokens: () => ({ results: [{ result }, { result }] }) });
    await failsAsRpc(many.batchValidateTokens(["token"]), /2 results where 1/);
    const unset = answering({ batchValidateTokens: () => ({ results: [{}] }) });
    await failsAsRpc(unset.batchValidateTokens(["token"]), /neither claims nor error/);
    const error = { case: "error" as const, value: { code: 13, message: "internal error" } };
    const fault = answering({ batchValidateTokens: () => ({ results: [{ result: error }] }) });
    await failsAsRpc(fault.batchValidateTokens(["token"]), /internal error/);
  });

  it("refuses an additional_data_json that is no JSON object", async () => {
    for (const additionalDataJson of ["{", "[]", "7", "null"]) {
      const client = answering({
        validateToken: () => ({ ...claims, valid: true, additionalDataJson }),
      });
      await failsAsRpc(client.validateToken("token"), /additional_data_json/);
    }
  });

  it("names a key's unknown use as such", async () => {
    const client = answering({
      exportConfig: () => ({ defaultExpiresIn: time, keys: [{ keyId: "k", state: 9 as never }] }),
    });
    assert.deepEqual((await client.exportConfig()).keys, [{ keyId: "k", state: "UNSPECIFIED" }]);
  });
});
