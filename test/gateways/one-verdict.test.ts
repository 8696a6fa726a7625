/** One verdict: the conformance tokens, and what they become when they are damaged, through every door and the RPC. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Authorization } from "../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { ErrorReason, TokenErrorDetailSchema } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { corpusManager } from "../conformance/suite/fixture.js";
import corpus from "../conformance/tokens.json" with { type: "json" };
import { type RawRequest, sendHttp1 } from "../support/raw-request.js";
import { startTokenServer } from "./token-server.js";

/** What can be said of a token; not every door tells the kinds of refusal apart. */
type Verdict = "valid" | "expired" | "invalid";

const PERMISSION = "read";
const manager = await corpusManager();
const server = await startTokenServer({ manager });
after(() => server.close());
const transport = createGrpcTransport({ baseUrl: server.url });
const key = (name: string) => `Bearer ${server.keys[name]}`;

const kept = Object.entries<string>(corpus.tokens);
const middle = (text: string) => Math.floor(text.length / 2);
const DAMAGES: Record<string, (token: string) => string> = {
  "as it is": (token) => token,
  "without its end": (token) => token.slice(0, -4),
  "with more behind it": (token) => `${token}AAAA`,
  "with one character changed": (token) =>
    token.slice(0, middle(token)) +
    (token[middle(token)] === "A" ? "B" : "A") +
    token.slice(middle(token) + 1),
  "twice over": (token) => token.slice(0, 4000) + token.slice(0, 4000),
  "without padding": (token) => token.replace(/=+$/, ""),
};
const TOKENS = kept.flatMap(([name, token]) =>
  Object.entries(DAMAGES).map(([how, damage]) => [`${name}, ${how}`, damage(token)] as const),
);

/** The oracle: ValidateToken, and what the token permits. */
async function byRpc(token: string, audience = ""): Promise<[Verdict, boolean]> {
  const client = createClient(TokenService, transport);
  const headers = { authorization: key("other") };
  try {
    const valid = await client.validateToken({ token, audience }, { headers });
    assert.equal(valid.checkedAudience, audience);
    return ["valid", valid.permissions.includes(PERMISSION)];
  } catch (error) {
    assert.ok(error instanceof ConnectError && error.code === Code.Unauthenticated);
    const [detail] = error.findDetails(TokenErrorDetailSchema);
    return [detail?.reason === ErrorReason.TOKEN_EXPIRED ? "expired" : "invalid", false];
  }
}

async function send(request: RawRequest) {
  const { status, body } = await sendHttp1(server.url, request);
  return { status, json: body.length === 0 ? undefined : JSON.parse(body.toString()) };
}

/** What `/authz` and Envoy's Check say in HTTP's words. */
function verdictOf(status: number | undefined, reason: string | undefined): [Verdict, boolean] {
  if (status === 200) return ["valid", true];
  if (status === 403) return ["valid", false];
  assert.equal(status, 401);
  return [reason === "TOKEN_EXPIRED" ? "expired" : "invalid", false];
}

async function byForwardAuth(
  token: string,
  asHolder: boolean,
  audience = "",
): Promise<[Verdict, boolean]> {
  const required = new URLSearchParams({ permission: PERMISSION, ...(audience && { audience }) });
  const { status, json } = await send({
    path: `/authz?${required}`,
    headers: {
      authorization: `Bearer ${token}`,
      ...(!asHolder && { "x-gateway-key": server.keys.gateway as string }),
    },
  });
  return verdictOf(status, json?.reason);
}

async function byEnvoy(token: string, audience = ""): Promise<[Verdict, boolean]> {
  const { httpResponse } = await createClient(Authorization, transport).check(
    {
      attributes: {
        request: { http: { headers: { authorization: `Bearer ${token}` } } },
        contextExtensions: { permissions: PERMISSION, ...(audience && { audience }) },
      },
    },
    { headers: { authorization: key("gateway") } },
  );
  if (httpResponse.case !== "deniedResponse") return ["valid", true];
  const { status, body } = httpResponse.value;
  return verdictOf(status?.code, JSON.parse(body).reason);
}

/** RFC 7662 leaves it to who asks to look at `aud`. */
async function isActive(token: string, audience = ""): Promise<boolean> {
  const { json } = await send({
    path: "/introspect",
    method: "POST",
    headers: {
      authorization: key("gateway"),
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ token }).toString(),
  });
  return json.active && (audience === "" || json.aud?.includes(audience) === true);
}

async function isAuthenticated(token: string, audience = ""): Promise<boolean> {
  const spec = { token, ...(audience && { audiences: [audience] }) };
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec };
  const { json } = await send({
    path: "/tokenreview",
    method: "POST",
    headers: { authorization: key("gateway"), "content-type": "application/json" },
    body: JSON.stringify(review),
  });
  return json.status.authenticated;
}

/** Asks all of them, for a service or for none. */
async function agree(token: string, audience = ""): Promise<Verdict> {
  const [verdict, permits] = await byRpc(token, audience);
  const verdicts = await Promise.all([
    byForwardAuth(token, false, audience),
    byForwardAuth(token, true, audience),
    byEnvoy(token, audience),
  ]);
  for (const told of verdicts) assert.deepEqual(told, [verdict, permits]);
  const states = await Promise.all([isActive(token, audience), isAuthenticated(token, audience)]);
  for (const told of states) assert.equal(told, verdict === "valid");
  return verdict;
}

describe("every door and the RPC", () => {
  it("have 250 tokens and more, of every kind", async () => {
    assert.ok(TOKENS.length >= 250, String(TOKENS.length));
    const verdicts = await Promise.all(TOKENS.map(([, token]) => byRpc(token)));
    const kinds = new Set(verdicts.map(String));
    assert.deepEqual([...kinds].sort(), [
      "expired,false",
      "invalid,false",
      "valid,false",
      "valid,true",
    ]);
  });

  for (const [name, token] of TOKENS) {
    it(`give one verdict of ${name}`, async () => {
      await agree(token);
    });
  }

  // None of these names a service, so that none may be valid for one.
  for (const [name, token] of kept) {
    it(`give one verdict of ${name}, for a service`, async () => {
      assert.notEqual(await agree(token, "orders"), "valid");
    });
  }

  for (const [audience, verdict] of [
    ["orders", "valid"],
    ["https://billing.example.com/a?b=c&d", "valid"],
    ["Orders", "invalid"],
    ["stock", "invalid"],
    ["", "valid"],
  ] as const) {
    for (const permissions of [[PERMISSION], []]) {
      it(`give one verdict of a token that names services, for "${audience}", ${permissions.length} permissions`, async () => {
        const audiences = ["orders", "https://billing.example.com/a?b=c&d"];
        const { token } = manager.generateToken("ada", { audiences, permissions });
        assert.equal(await agree(token, audience), verdict);
      });
    }
  }
});
