/** `/tokenreview`, asked as a Kubernetes API server asks. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { HOUR_MICROS } from "../support/fixed-manager.js";
import { type RawRequest, sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { startTokenServer } from "./token-server.js";

const server = await startTokenServer();
after(() => server.close());

const REVIEW = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview" };
const issue = (userId: string, ...permissions: string[]) =>
  issueFor([API_SERVER], userId, permissions);
const issueFor = (audiences: string[], userId = "ada", permissions: string[] = []) =>
  server.manager.generateToken(userId, { permissions, audiences, expiresInHours: 1 });
const API_SERVER = "https://kubernetes.default.svc";
/** As client-go writes it. */
const bodyOf = (token: unknown, audiences: unknown = [API_SERVER]) =>
  JSON.stringify({
    kind: REVIEW.kind,
    apiVersion: REVIEW.apiVersion,
    metadata: { creationTimestamp: null },
    spec: { token, audiences },
    status: { user: {} },
  });

for (const [version, send] of [
  ["HTTP/1.1", sendHttp1],
  ["HTTP/2", sendHttp2],
] as const) {
  const ask = async (body: string, { headers, ...more }: Partial<RawRequest> = {}) => {
    const answer = await send(server.url, {
      path: "/tokenreview",
      method: "POST",
      body,
      ...more,
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${server.keys.gateway}`,
        ...headers,
      },
    });
    assert.equal(answer.headers["cache-control"], "no-store");
    return { ...answer, json: JSON.parse(answer.body.toString()) };
  };
  const statusOf = async (token: string, audiences: unknown = [API_SERVER]) => {
    const { status, json } = await ask(bodyOf(token, audiences));
    assert.equal(status, 200);
    const { status: review, ...kind } = json;
    assert.deepEqual(kind, REVIEW);
    return review;
  };

  describe(`/tokenreview over ${version}`, () => {
    it("tells user and groups of a valid token", async () => {
      const issued = issue("ada", "k8s:developers", "orders:read", "k8s:", "k8s:auditors");
      assert.deepEqual(await statusOf(issued.token), {
        authenticated: true,
        user: {
          username: "ada",
          uid: "ada",
          groups: ["developers", "auditors"],
          extra: {
            "securetoken.dev/permissions": [
              "k8s:developers",
              "orders:read",
              "k8s:",
              "k8s:auditors",
            ],
            "securetoken.dev/token-id": [issued.tokenId],
            "securetoken.dev/session-id": [issued.sessionId],
          },
        },
        audiences: [API_SERVER],
      });
    });

    it("authenticates for the audiences that the token and the review have in common, and tells them", async () => {
      const { token } = issueFor(["orders", API_SERVER, "billing"]);
      const asked = ["stock", "billing", "orders"];
      assert.deepEqual((await statusOf(token, asked)).audiences, ["billing", "orders"]);
      const refused = { authenticated: false, error: "the bearer token is not valid" };
      assert.deepEqual(await statusOf(token, ["stock"]), refused);
      assert.deepEqual(await statusOf(issueFor([]).token, ["stock"]), refused);
    });

    it("asks for no audience where the review names none, and vouches for none", async () => {
      for (const none of [[], null, undefined]) {
        const body = JSON.parse(bodyOf(issueFor(["orders"]).token, none));
        if (none === undefined) delete body.spec.audiences;
        const { json } = await ask(JSON.stringify(body));
        assert.deepEqual([json.status.authenticated, json.status.audiences], [true, undefined]);
      }
    });

    it("authenticates nobody by what is no valid token", async () => {
      const revoked = issue("ada").token;
      await server.revoke(revoked);
      for (const token of ["none", revoked]) {
        const review = { authenticated: false, error: "the bearer token is not valid" };
        assert.deepEqual(await statusOf(token), review);
      }
      const expiring = issue("ada").token;
      server.clock.micros += 2 * HOUR_MICROS;
      const review = { authenticated: false, error: "the bearer token has expired" };
      assert.deepEqual(await statusOf(expiring), review);
    });

    it("lets no token stand for the cluster's own users and groups", async () => {
      for (const { token } of [
        issue("system:admin"),
        issue("ada", "k8s:system:masters"),
        issue("ada", "k8s:developers", "k8s:system:nodes"),
      ]) {
        const { authenticated, user } = await statusOf(token);
        assert.deepEqual([authenticated, user], [false, undefined]);
      }
      assert.deepEqual((await statusOf(issue("ada", "system:masters").token)).user.groups, []);
    });

    it("refuses what is no review of a token", async () => {
      const { token } = issue("ada");
      const review = JSON.parse(bodyOf(token));
      for (const body of [
        "",
        "{",
        "null",
        "[]",
        '"review"',
        JSON.stringify({ ...review, apiVersion: "authentication.k8s.io/v1beta1" }),
        JSON.stringify({ ...review, kind: "TokenRequest" }),
        JSON.stringify({ ...review, spec: null }),
        JSON.stringify({ ...review, spec: {} }),
        bodyOf(""),
        bodyOf([token]),
        bodyOf(token, API_SERVER),
        bodyOf(token, [5]),
        bodyOf(token, { 0: API_SERVER }),
        bodyOf(token).replace('"token"', '"token":"none","token"'),
      ]) {
        assert.equal((await ask(body)).status, 400, body.slice(0, 100));
      }
      assert.equal((await ask(bodyOf("x".repeat(64 * 1024)))).status, 413);
      assert.equal(
        (await ask(bodyOf(token), { headers: { "content-type": "text/plain" } })).status,
        400,
      );
      const put = await ask(bodyOf(token), { method: "PUT" });
      assert.deepEqual([put.status, put.headers.allow], [405, "POST"]);
    });

    it("answers its callers alone, and no holder", async () => {
      const { token } = issue("ada");
      const asked = async (credential: string) => {
        const headers = { authorization: `Bearer ${credential}` };
        return (await ask(bodyOf(token), { headers })).status;
      };
      assert.equal(await asked("stk_unknown"), 401);
      assert.equal(await asked(server.keys.other as string), 403);
      assert.equal(await asked(token), 403);
    });
  });
}
