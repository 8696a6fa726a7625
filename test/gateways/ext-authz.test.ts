/** `envoy.service.auth.v3.Authorization/Check`, asked as Envoy asks. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  Authorization,
  type CheckResponse,
} from "../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { Health } from "../../gen/ts/src/health/v1/health_pb.js";
import { NO_REGISTER } from "../../src/revocation/register.js";
import { HOUR_MICROS } from "../support/fixed-manager.js";
import { samplesOf } from "../support/samples.js";
import { startTokenServer, type TokenServer } from "./token-server.js";

const server = await startTokenServer();
after(() => server.close());

const issue = (...permissions: string[]) =>
  server.manager.generateToken("ada", { permissions, expiresInHours: 1 });

/** Asks about a request. */
async function check(
  authorization: string | undefined,
  contextExtensions: Record<string, string> = {},
  { url, keys }: TokenServer = server,
  key = keys.gateway,
): Promise<CheckResponse> {
  const transport = createGrpcTransport({ baseUrl: url });
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const attributes = { request: { http: { headers } }, contextExtensions };
  const metadata = { headers: { authorization: `Bearer ${key}` } };
  return createClient(Authorization, transport).check({ attributes }, metadata);
}

function headersOf({ httpResponse }: CheckResponse): Record<string, string> {
  const { headers = [] } = httpResponse.value ?? {};
  return Object.fromEntries(headers.map(({ header }) => [header?.key, header?.value]));
}

/** Status, reason and challenge of a refusal. */
async function refusal(...asked: Parameters<typeof check>) {
  const response = await check(...asked);
  assert.ok(response.httpResponse.case === "deniedResponse");
  assert.notEqual(response.status?.code, 0);
  const { status, body } = response.httpResponse.value;
  return [status?.code, JSON.parse(body).reason, headersOf(response)["www-authenticate"]];
}

describe("Envoy's Check", () => {
  it("says whose token it is, replaces what the client claims, and removes the token", async () => {
    const issued = issue("orders:read", "aa,b");
    const response = await check(`Bearer ${issued.token}`, { permissions: "orders:read, aa%2Cb" });
    assert.equal(response.status?.code, 0);
    assert.ok(response.httpResponse.case === "okResponse");
    assert.deepEqual(response.httpResponse.value.headersToRemove, ["authorization"]);
    assert.deepEqual(headersOf(response), {
      "x-user-id": "ada",
      "x-permissions": "orders:read aa%2Cb",
      "x-token-id": issued.tokenId,
      "x-session-id": issued.sessionId,
    });
    assert.deepEqual(response.dynamicMetadata, {
      user_id: "ada",
      permissions: ["orders:read", "aa,b"],
      token_id: issued.tokenId,
      session_id: issued.sessionId,
    });
  });

  it("removes what a token has no value for, and keeps the token where it is told to", async () => {
    const response = await check(`Bearer ${issue().token}`, { keep_token: "true" });
    assert.ok(response.httpResponse.case === "okResponse");
    assert.deepEqual(response.httpResponse.value.headersToRemove, ["x-permissions"]);
  });

  it("refuses what is no valid token with the permissions", async () => {
    const missing = [401, "TOKEN_MISSING", "Bearer"];
    const invalid = [401, "TOKEN_INVALID", 'Bearer error="invalid_token"'];
    assert.deepEqual(await refusal(undefined), missing);
    assert.deepEqual(await refusal("Basic YTpi"), missing);
    assert.deepEqual(await refusal("Bearer none"), invalid);
    assert.deepEqual(await refusal(`Bearer ${server.keys.gateway}`), invalid);
    assert.deepEqual(await refusal(`Bearer ${issue().token},Bearer ${issue().token}`), invalid);
    const revoked = issue().token;
    await server.revoke(revoked);
    assert.deepEqual(await refusal(`Bearer ${revoked}`), invalid);
    const lacking = await refusal(`Bearer ${issue("aa").token}`, { permissions: "aa,orders:read" });
    assert.deepEqual(lacking, [
      403,
      "PERMISSION_MISSING",
      'Bearer error="insufficient_scope", scope="orders:read"',
    ]);
    const expiring = issue().token;
    server.clock.micros += 2 * HOUR_MICROS;
    assert.deepEqual((await refusal(`Bearer ${expiring}`)).slice(0, 2), [401, "TOKEN_EXPIRED"]);
  });

  it("asks for the audience that the route names", async () => {
    const { token } = server.manager.generateToken("ada", { audiences: ["orders"] });
    const invalid = [401, "TOKEN_INVALID", 'Bearer error="invalid_token"'];
    const told = async (of: string, audience: string) =>
      (await check(`Bearer ${of}`, { audience })).status?.code;
    assert.equal(await told(token, "orders"), 0);
    assert.deepEqual(await refusal(`Bearer ${token}`, { audience: "stock" }), invalid);
    assert.deepEqual(await refusal(`Bearer ${issue().token}`, { audience: "orders" }), invalid);
  });

  it("admits nobody by a configuration that it does not understand", async () => {
    const authorization = `Bearer ${issue("aa").token}`;
    const configurations: Record<string, string>[] = [
      { permision: "aa" },
      { permissions: "" },
      { permissions: "aa," },
      { permissions: "%" },
      { keep_token: "yes" },
      { audience: "" },
      { audience: "a".repeat(257) },
    ];
    for (const each of configurations) {
      assert.equal((await refusal(authorization, each))[0], 400, JSON.stringify(each));
    }
  });

  it("says no, and when to ask again, while revocations may be missing", async (t) => {
    const stale = await startTokenServer({ register: { ...NO_REGISTER, isFresh: false } });
    t.after(() => stale.close());
    const { token } = stale.manager.generateToken("ada");
    const response = await check(`Bearer ${token}`, {}, stale);
    assert.ok(response.httpResponse.case === "deniedResponse");
    assert.equal(response.httpResponse.value.status?.code, 503);
    assert.equal(headersOf(response)["retry-after"], "1");
    assert.equal(response.status?.code, Code.Unavailable);
    const [detail] = response.status?.details ?? [];
    assert.equal(detail && anyUnpack(detail, RetryInfoSchema)?.retryDelay?.seconds, 1n);
  });

  it("answers no gateway whose row does not name it, and no holder", async () => {
    const { token } = issue();
    const code = (key: string | undefined) =>
      check(`Bearer ${token}`, {}, server, key).then(
        () => "ok",
        (error: ConnectError) => error.code,
      );
    assert.equal(await code("stk_unknown"), Code.Unauthenticated);
    assert.equal(await code(server.keys.other), Code.PermissionDenied);
    assert.equal(await code(token), Code.PermissionDenied);
  });

  it("tells the log and the metrics what became of the request", async (t) => {
    const own = await startTokenServer();
    t.after(() => own.close());
    const { token, tokenId } = own.manager.generateToken("ada");
    await check(`Bearer ${token}`, {}, own);
    await check(`Bearer ${token}`, { permissions: "no" }, own);
    const calls = own.calls();
    while (calls.length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
      calls.push(...own.calls());
    }
    assert.deepEqual(
      calls.map(({ rpc, caller, token_id, outcome }) => [rpc, caller, token_id, outcome]),
      [
        ["ExtAuthz", "gateway", tokenId, "Ok"],
        ["ExtAuthz", "gateway", tokenId, "PermissionDenied"],
      ],
    );
    const handled = samplesOf(await own.metrics.snapshot(), "grpc_server_handled_total")
      .filter(({ labels, value }) => labels.grpc_service === Authorization.typeName && value > 0)
      .map(({ labels, value }) => [labels.grpc_code, value]);
    assert.deepEqual(handled, [
      ["OK", 1],
      ["PermissionDenied", 1],
    ]);
  });

  it("has a health of its own", async () => {
    const health = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
    const { status } = await health.check({ service: Authorization.typeName });
    assert.equal(status, 1);
  });
});
