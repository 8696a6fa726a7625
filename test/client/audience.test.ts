/** An audience that is required: of each call about tokens, by the guard, and of kept answers. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import {
  createTokenGuard,
  type TokenGuardOptions,
  WatchedVerifier,
} from "../../src/client/middleware/index.js";
import { createSecureTokenClient, SecureTokenClient } from "../../src/client/node.js";
import { NO_REGISTER } from "../../src/revocation/register.js";
import { createRpcs } from "../../src/service/token-service.js";
import { fixedManager } from "../support/fixed-manager.js";
import { startProductServer } from "../support/product-server.js";

const manager = await fixedManager();
const server = await startProductServer(manager);
const client = createSecureTokenClient({ baseUrl: server.origin });
after(async () => {
  client.close();
  await server.close();
});

const { token } = await client.generateToken("ada", {
  permissions: ["read"],
  audiences: ["orders", "billing"],
});
const { token: unnamed } = await client.generateToken("ada", { permissions: ["read"] });
const mismatch = {
  name: "InvalidTokenError",
  reason: "AUDIENCE_MISMATCH",
  field: "audience",
  metadata: { audience: "stock" },
};

/** Each call that takes an audience. */
const calls = {
  validateToken: (of: SecureTokenClient, text: string, audience: string) =>
    of.validateToken(text, { audience }),
  checkPermission: (of: SecureTokenClient, text: string, audience: string) =>
    of.checkPermission(text, "read", { audience }),
  checkPermissions: (of: SecureTokenClient, text: string, audience: string) =>
    of.checkPermissions(text, ["read"], { audience }),
  async batchValidateTokens(of: SecureTokenClient, text: string, audience: string) {
    const [result] = await of.batchValidateTokens([text], { audience });
    if (result?.error) throw result.error;
    return result?.claims;
  },
};

describe("the client's calls", () => {
  for (const [name, call] of Object.entries(calls)) {
    it(`${name} takes tokens for the audience alone`, async () => {
      assert.ok(await call(client, token, "orders"));
      await assert.rejects(call(client, token, "stock"), mismatch);
      await assert.rejects(call(client, unnamed, "stock"), mismatch);
    });

    it(`${name} refuses an audience that would require none`, async () => {
      for (const audience of ["", null, 5, ["orders"]] as string[]) {
        await assert.rejects(call(client, token, audience), { reason: "AUDIENCE_INVALID" });
      }
    });

    it(`${name} takes no answer of a server that did not check`, async () => {
      const old = new SecureTokenClient(transportOfOldServer());
      await assert.rejects(call(old, token, "orders"), (error) => {
        assert.ok(error instanceof ConnectError && error.code === Code.Internal);
        assert.match(error.message, /does not say that the audience was checked/);
        return true;
      });
    });
  }

  it("tell what was checked, and what the token names", async () => {
    const valid = await client.validateToken(token, { audience: "billing" });
    assert.deepEqual(valid.audiences, ["orders", "billing"]);
    assert.equal(valid.checkedAudience, "billing");
    const [batched] = await client.batchValidateTokens([token], { audience: "billing" });
    assert.equal(batched?.claims?.checkedAudience, "billing");
    assert.equal((await client.validateToken(token)).checkedAudience, undefined);
    assert.deepEqual((await client.getTokenInfo(token)).audiences, ["orders", "billing"]);
    const { claims } = await client.introspectToken(token);
    assert.deepEqual(claims?.audiences, ["orders", "billing"]);
    const renewed = await client.refreshToken(token);
    assert.deepEqual(renewed.audiences, ["orders", "billing"]);
    assert.equal((await client.validateToken(unnamed)).audiences, undefined);
  });

  it("name the audience of a new token that breaks its rule", async () => {
    const issue = (audiences: unknown) =>
      client.generateToken("ada", { audiences: audiences as string[] });
    await assert.rejects(issue(["a", "a"]), { reason: "AUDIENCE_INVALID", field: "audiences[1]" });
    await assert.rejects(issue(Array(17).fill("a")), { reason: "TOO_MANY_AUDIENCES" });
    await assert.rejects(issue(["a", ""]), { reason: "AUDIENCE_INVALID", field: "audiences[1]" });
    await assert.rejects(issue("orders"), { reason: "AUDIENCE_INVALID", field: "audiences" });
  });
});

describe("a guard for an audience", () => {
  const admitted = async (options: TokenGuardOptions, ...texts: string[]) => {
    const guard = createTokenGuard(client, options);
    const told: (string | undefined)[] = [];
    for (const text of texts) {
      const { claims, refusal } = await guard.admit([`Bearer ${text}`], ["read"]);
      told.push(refusal?.reason ?? claims?.userId);
    }
    guard.close();
    return told;
  };

  for (const [how, options] of [
    ["that asks", {}],
    ["with a cache", { cache: { ttlMs: 60_000, maxEntries: 10 } }],
    ["that watches", { watch: true }],
  ] as const) {
    it(`${how}, lets no token pass that is for others`, async () => {
      const asked = [token, unnamed, token, unnamed];
      const invalid = "TOKEN_INVALID";
      assert.deepEqual(await admitted({ ...options, audience: "orders" }, ...asked), [
        "ada",
        invalid,
        "ada",
        invalid,
      ]);
      const others = await admitted({ ...options, audience: "stock" }, ...asked);
      assert.deepEqual(others, [invalid, invalid, invalid, invalid]);
      assert.deepEqual(await admitted(options, token, unnamed), ["ada", "ada"]);
    });
  }

  it("that would require none is not made", () => {
    for (const audience of ["", null, 5] as string[]) {
      assert.throws(() => createTokenGuard(client, { audience }), /audience must be a text/);
      assert.throws(() => new WatchedVerifier(client, { audience }), /audience must be a text/);
    }
  });
});

/** A server that passes over what it does not know, as protobuf asks. */
function transportOfOldServer() {
  const old = Object.fromEntries(
    createRpcs({ manager, register: NO_REGISTER }).map(({ method, handle, toMessage }) => [
      method.localName,
      async (request: object, context: never) =>
        toMessage(await handle({ ...request, audience: "" } as never, undefined, context)),
    ]),
  );
  return createRouterTransport(({ service }) => service(TokenService, old));
}
