/** A check of revocations that fails itself, or knows too little: nothing that it was asked about is vouched for. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { ErrorInfoSchema, RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { TokenErrorDetailSchema } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { NO_REGISTER } from "../../src/revocation/register.js";
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
const STALE = "CALLER_ERROR_REASON_REVOCATIONS_STALE";
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
  describe(`revocations that may be missing, unary adapter ${adapter}`, () => {
    let server: RunningServer;
    before(async () => {
      const register = { ...NO_REGISTER, isFresh: false };
      const unaryAdapter = adapter === "on";
      server = await startTestServer({ manager: await fixedManager(), register, unaryAdapter });
    });
    after(() => server.close());

    for (const [name, transport] of Object.entries(ways)) {
      it(`let no call vouch for a token, and say when to ask again: ${name}`, async () => {
        const calls = asks(createClient(TokenService, transport(server.url)));
        for (const [rpc, call] of Object.entries(calls)) {
          const error: unknown = await call().catch((reason: unknown) => ConnectError.from(reason));
          assert.ok(error instanceof ConnectError, `${rpc} answered`);
          const [info] = error.findDetails(ErrorInfoSchema);
          assert.deepEqual([rpc, error.code, info?.reason], [rpc, Code.Unavailable, STALE]);
          assert.equal(error.findDetails(RetryInfoSchema).length, 1, rpc);
          assert.equal(error.findDetails(TokenErrorDetailSchema).length, 0, rpc);
        }
      });
    }
  });

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
