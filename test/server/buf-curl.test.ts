/** Every RPC from `buf curl`, without a schema, over every protocol; and from plain HTTP with JSON. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { buf, ROOT } from "../support/buf.js";
import { type ServerProcess, startServer } from "../support/server-process.js";

// biome-ignore lint/suspicious/noExplicitAny: JSON, looked into by the case that asked for it.
type Answer = any;

const PROTOCOLS: Record<string, string[]> = {
  connect: [],
  grpc: ["--protocol", "grpc", "--http2-prior-knowledge"],
  grpcweb: ["--protocol", "grpcweb"],
};

describe("buf curl", () => {
  let server: ServerProcess;
  let token: string;
  before(async () => {
    server = await startServer();
    const body = JSON.stringify({ userId: "user_123", permissions: ["read"] });
    token = (await post("GenerateToken", body)).token;
  });
  after(() => server.end());

  const requests = (): Record<string, [object, (answer: Answer) => unknown]> => ({
    GenerateToken: [{ userId: "u" }, ({ token }) => assert.match(token, /^Z0FBQUFB/)],
    ValidateToken: [{ token }, ({ userId }) => assert.equal(userId, "user_123")],
    CheckPermission: [{ token, requiredPermission: "read" }, ({ granted }) => assert.ok(granted)],
    CheckPermissions: [
      { token, permissions: ["read", "x"] },
      ({ results }) =>
        assert.deepEqual(results, [{ permission: "read", granted: true }, { permission: "x" }]),
    ],
    BatchValidateTokens: [
      { tokens: [token, "x"] },
      ({ results: [first, second] }) => {
        assert.ok(first.claims);
        assert.match(JSON.stringify(second.error), /Token format is invalid/);
      },
    ],
    RefreshToken: [{ token }, ({ token }) => assert.match(token, /^Z0FBQUFB/)],
    GetTokenInfo: [{ token }, ({ keyId }) => assert.match(keyId, /^[0-9a-f]{16}$/)],
    IntrospectToken: [{ token }, ({ state }) => assert.equal(state, "TOKEN_STATE_ACTIVE")],
    RevokeTokens: [
      { targets: [{ user: { userId: "nobody" } }] },
      ({ results }) => assert.deepEqual(results, [{ outcome: "REVOCATION_OUTCOME_REVOKED" }]),
    ],
    ListRevocations: [
      { tokenId: "none" },
      ({ revocations = [] }) => assert.equal(revocations.length, 0),
    ],
    ExportConfig: [{}, ({ algorithm }) => assert.equal(algorithm, "Fernet-PBKDF2-SHA256")],
  });

  const unary = TokenService.methods.filter(({ methodKind }) => methodKind === "unary");
  for (const { name } of unary) {
    for (const [protocol, flags] of Object.entries(PROTOCOLS)) {
      it(`${name} over ${protocol}`, async () => {
        const [request, check] = requests()[name] as [object, (answer: unknown) => unknown];
        const url = `${server.url}/${TokenService.typeName}/${name}`;
        check(JSON.parse(await buf("curl", ...flags, url, "-d", JSON.stringify(request))));
      });
    }
    it(`${name} as plain HTTP with JSON`, async () => {
      const [request, check] = requests()[name] as [object, (answer: unknown) => unknown];
      check(await post(name, JSON.stringify(request)));
    });
  }

  for (const [protocol, flags] of Object.entries(PROTOCOLS)) {
    it(`WatchRevocations over ${protocol}`, async () => {
      const url = `${server.url}/${TokenService.typeName}/WatchRevocations`;
      const watch = spawn(
        join(ROOT, "node_modules/.bin/buf"),
        ["curl", ...flags, url, "-d", "{}"],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      let output = "";
      for await (const chunk of watch.stdout) {
        output += chunk;
        if (output.includes('"checkpoint"')) break;
      }
      watch.kill();
      assert.match(output, /"snapshot"[\s\S]*"checkpoint"/);
    });
  }

  it("finds services by reflection, v1 and v1alpha, on the same port", async () => {
    for (const version of ["grpc-v1", "grpc-v1alpha"]) {
      const list = await buf("curl", "--reflect-protocol", version, "--list-services", server.url);
      assert.match(list, /^securetoken\.v1\.TokenService$/m);
      assert.match(list, /^grpc\.health\.v1\.Health$/m);
    }
  });

  it("checks health", async () => {
    const url = `${server.url}/grpc.health.v1.Health/Check`;
    assert.match(
      await buf("curl", url, "-d", '{"service":"securetoken.v1.TokenService"}'),
      /SERVING/,
    );
    await assert.rejects(buf("curl", url, "-d", '{"service":"unknown"}'), /not_found/);
  });

  async function post(rpc: string, body: string) {
    const response = await fetch(`${server.url}/${TokenService.typeName}/${rpc}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    return JSON.parse(await response.text());
  }
});
