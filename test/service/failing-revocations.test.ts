/** A check of revocations that fails itself: nothing that it was asked about is vouched for. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { fixedManager } from "../support/fixed-manager.js";
import { type RunningServer, startTestServer } from "../support/server.js";

const httpVersion = "1.1" as const;
const ways: Record<string, (baseUrl: string) => Transport> = {
  gRPC: (baseUrl) => createGrpcTransport({ baseUrl }),
  "gRPC-Web": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion }),
  "Connect binary": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion, useBinaryFormat: true }),
  "Connect JSON": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion, useBinaryFormat: false }),
};
const revocations = {
  isRevoked(): boolean {
    throw new RangeError("the index is broken");
  },
  cutOffOf: () => 0,
};
const { token } = (await fixedManager()).generateToken("ada", { permissions: ["read"] });

/** Every call that says something about a token. */
const asks = (client: ReturnType<typeof createClient<typeof TokenService>>) => ({
  ValidateToken: () => client.validateToken({ token }),
  CheckPermission: () => client.checkPermission({ token, requiredPermission: "read" }),
  CheckPermissions: () => client.checkPermissions({ token, permissions: ["read"] }),
  BatchValidateTokens: () => client.batchValidateTokens({ tokens: [token] }),
  RefreshToken: () => client.refreshToken({ token }),
  GetTokenInfo: () => client.getTokenInfo({ token }),
  IntrospectToken: () => client.introspectToken({ token }),
});

for (const adapter of ["on", "off"]) {
  describe(`revocations that cannot be looked up, unary adapter ${adapter}`, () => {
    let server: RunningServer;
    before(async () => {
      const manager = await fixedManager({ revocations });
      server = await startTestServer({ manager, unaryAdapter: adapter === "on" });
    });
    after(() => server.close());

    for (const [name, transport] of Object.entries(ways)) {
      it(`let no call vouch for a token: ${name}`, async () => {
        const calls = asks(createClient(TokenService, transport(server.url)));
        for (const [rpc, call] of Object.entries(calls)) {
          const answer: unknown = await call().catch((error: unknown) => ConnectError.from(error));
          assert.ok(answer instanceof ConnectError, `${rpc} answered`);
          const { code, rawMessage } = answer;
          assert.deepEqual([rpc, code, rawMessage], [rpc, Code.Internal, "internal error"]);
        }
      });
    }

    it("are asked by every call that takes a token", () => {
      const takesToken = TokenService.methods.filter(({ input }) =>
        input.fields.some(({ name }) => /^tokens?$/.test(name)),
      );
      const calls = asks(createClient(TokenService, createGrpcTransport({ baseUrl: server.url })));
      assert.deepEqual(
        Object.keys(calls),
        takesToken.map(({ name }) => name),
      );
    });
  });
}
