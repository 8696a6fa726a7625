/** Known secrets go through every RPC, well and badly; then all that the server let out is searched. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { GRANTABLE } from "../../src/server/callers/authorization.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, type ServerProcess, startServer } from "../support/server-process.js";

const SECRET_KEY = "Canary#Secret2026xyz";
const SALT = "canary salt of many bytes";
const DATA = "canary-additional-data";
const API_KEY = generateApiKey();
/** Envoy's question, which is an RPC. */
const CHECK = "/envoy.service.auth.v3.Authorization/Check";
const CONTENT_TYPES = ["application/json", "application/proto", "application/grpc-web+proto"];

describe("a canary", async () => {
  const path = join(scratchFolder(), "callers.json");
  const caller = {
    name: "canary-caller",
    api_keys: [{ sha256: digestApiKey(API_KEY), created_at: "2026-11-23T00:00:00Z" }],
    rpcs: [...GRANTABLE],
    grants: { permissions: ["*"], user_id: "*", max_expires_in_hours: 8760 },
  };
  writeFileSync(path, JSON.stringify({ callers: [caller] }));
  const env = { SECRET_KEY, SALT, CALLERS_FILE: path, LOG_LEVEL: "debug" };

  it("is in no log line, no error, no header and no help text, in no spelling", async () => {
    const server = await startServer(env);
    const issued = await call(server, "GenerateToken", { userId: "canary-user", data: DATA });
    const { token, tokenId } = JSON.parse(issued.body);
    const told: string[] = [];
    for (const { name } of TokenService.methods) {
      for (const request of requests(token)) {
        const answer = await call(server, name, request);
        told.push(answer.headers);
        // Only a success may hold what was asked for; an error holds nothing of it.
        if (answer.status !== 200) told.push(answer.body);
      }
      for (const type of CONTENT_TYPES) {
        const answer = await post(server, name, type, `garbage ${token} ${API_KEY}`);
        told.push(answer.headers, answer.body);
      }
    }
    for (const { path, ...init } of doorRequests(token)) {
      const answer = await fetch(server.url + path, init);
      told.push([...answer.headers].join("\n"));
      if (answer.status !== 200) told.push(await answer.text());
    }
    for (const credential of ["", `Bearer ${token}`, `Bearer ${API_KEY}x`, `Basic ${API_KEY}`]) {
      const answer = await post(server, "ExportConfig", "application/json", "{}", credential);
      assert.ok(answer.status === 401 || answer.status === 403);
      told.push(answer.headers, answer.body);
    }
    await server.end();
    for (const args of [["--help"], ["serve", "--help"], ["generate", "--help"]]) {
      told.push((await runCommand(args, env)).output);
    }
    told.push((await runCommand(["validate", `${token}x`], { ...env })).output);
    told.push((await runCommand(["serve"], { ...env, PORT: "canary" })).output);
    told.push(server.output());
    const text = told.join("\n");
    for (const secret of [SECRET_KEY, SALT, API_KEY, API_KEY.slice(4), token, DATA]) {
      for (const form of spellings(secret)) assert.ok(!text.includes(form), `${form} was told`);
    }
    expectAudit(server.output(), tokenId);
  });
});

/** Well-formed and not, each with the canary in it. */
function requests(token: string): object[] {
  return [
    { token },
    { token: `${token}x` },
    { token: token.slice(0, -4) },
    { token, requiredPermission: "admin", permissions: ["admin"] },
    { token, newExpiresIn: "-1s", revokeOld: true },
    { tokens: [token, `${token}x`] },
    { targets: [{ token: `${token}x` }, { token: "" }], reason: "why" },
    { targets: [{ sessionId: token }] },
    { targets: [{ user: { userId: "u" } }], reason: DATA.repeat(10) },
    { pageToken: token },
    { userId: "", additionalData: { canary: DATA } },
    { userId: "u", permissions: ["x"], additionalData: { canary: DATA.repeat(300) } },
  ];
}

/** At the doors for gateways, well-formed and not, each with the canary in it. */
function doorRequests(token: string): (RequestInit & { path: string })[] {
  const gateway = { "x-gateway-key": API_KEY, authorization: `Bearer ${token}` };
  const authorization = `Basic ${Buffer.from(`canary:${API_KEY}`).toString("base64")}`;
  const form = { authorization, "content-type": "application/x-www-form-urlencoded" };
  const json = { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" };
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
  const posted = (path: string, headers: HeadersInit, body: string) => ({
    path,
    method: "POST",
    headers,
    body,
  });
  return [
    { path: "/authz", headers: gateway },
    { path: "/authz?permission=admin", headers: gateway },
    { path: `/authz?${token}=${API_KEY}`, headers: gateway },
    { path: "/authz", headers: { ...gateway, "x-gateway-key": `${API_KEY}x` } },
    { path: "/authz", headers: { authorization: `Bearer ${token}, Bearer ${API_KEY}` } },
    // An API key in the place of the client's token.
    { path: "/authz", headers: { authorization: `Bearer ${API_KEY}` } },
    { path: "/authz", headers: { ...gateway, authorization: `Bearer ${API_KEY}` } },
    posted("/introspect", form, `token=${API_KEY}`),
    posted("/revoke", form, `token=${API_KEY}`),
    posted("/tokenreview", json, JSON.stringify({ ...review, spec: { token: API_KEY } })),
    ...[token, `${token}x`, API_KEY, `${token}, Bearer ${API_KEY}`].map((shown) => {
      const http = { headers: { authorization: `Bearer ${shown}` } };
      return posted(CHECK, json, JSON.stringify({ attributes: { request: { http } } }));
    }),
    ...["/introspect", "/revoke"].flatMap((path) => [
      posted(path, form, `token=${token}x`),
      posted(path, form, `${token}=${API_KEY}&token=%`),
      posted(path, { ...form, authorization: `Basic ${token}` }, `token=${token}`),
      posted(path, json, token),
    ]),
    posted("/introspect", form, `token=${token}`),
    posted("/tokenreview", json, JSON.stringify(review)),
    posted("/tokenreview", json, JSON.stringify({ ...review, kind: token })),
    posted("/tokenreview", json, `${token} ${API_KEY}`),
  ];
}

/** Every call left a line that names the caller, the RPC, how it ended and the token's id. */
function expectAudit(log: string, tokenId: string): void {
  const lines = log
    .split("\n")
    .filter((line) => line.includes('"msg":"call"'))
    .map((line) => JSON.parse(line));
  const validated = lines.find(({ rpc, outcome }) => rpc === "ValidateToken" && outcome === "Ok");
  assert.equal(validated.caller, "canary-caller");
  assert.equal(validated.token_id, tokenId);
  assert.equal(validated.user_id, "canary-user");
  assert.match(validated.key_id, /^[0-9a-f]{16}$/);
  assert.match(validated.peer, /127\.0\.0\.1/);
  assert.equal(typeof validated.duration_ms, "number");
  assert.equal(typeof validated.time, "number");
  for (const rpc of ["CheckPermission", "CheckPermissions", "GetTokenInfo", "RefreshToken"]) {
    assert.ok(
      lines.some((line) => line.rpc === rpc && line.token_id),
      rpc,
    );
  }
  const refused = lines.find(({ reason = "" }) => reason.startsWith("CALLER_ERROR_REASON_"));
  assert.ok(refused.reason);
  for (const { name } of TokenService.methods) assert.ok(lines.some(({ rpc }) => rpc === name));
}

/** A secret as it is, in base64, in base64url and in hexadecimal; and a good part of each. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = (["utf8", "base64", "base64url", "hex"] as const).map((form) =>
    bytes.toString(form),
  );
  return forms.map((form) => form.slice(0, 20));
}

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

function call(server: ServerProcess, rpc: string, request: object): Promise<Answer> {
  const { data, ...rest } = request as { data?: string };
  const body = { ...rest, ...(data && { additionalData: { canary: data } }) };
  return post(server, rpc, "application/json", JSON.stringify(body));
}

async function post(
  { url }: ServerProcess,
  rpc: string,
  type: string,
  body: string,
  authorization = `Bearer ${API_KEY}`,
): Promise<Answer> {
  const response = await fetch(`${url}/${TokenService.typeName}/${rpc}`, {
    method: "POST",
    headers: { "content-type": type, ...(authorization && { authorization }) },
    body,
  });
  const headers = JSON.stringify([...response.headers]);
  return { status: response.status, headers, body: await response.text() };
}
