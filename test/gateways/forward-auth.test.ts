/** `/authz`, asked as gateways ask, over both versions of HTTP. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, describe, it } from "node:test";
import { HOUR_MICROS } from "../support/fixed-manager.js";
import { type RawRequest, sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { samplesOf } from "../support/samples.js";
import { startTokenServer } from "./token-server.js";

const server = await startTokenServer();
after(() => server.close());

const KEY = { "x-gateway-key": server.keys.gateway as string };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const tokenOf = (userId: string, ...permissions: string[]) =>
  server.manager.generateToken(userId, { permissions, expiresInHours: 1 }).token;

for (const [version, send] of [
  ["HTTP/1.1", sendHttp1],
  ["HTTP/2", sendHttp2],
] as const) {
  const ask = (request: Partial<RawRequest>) => send(server.url, { path: "/authz", ...request });
  const refusal = async (request: Partial<RawRequest>) => {
    const { status, headers, body } = await ask(request);
    assert.equal(headers["cache-control"], "no-store");
    const { error, reason } = JSON.parse(body.toString());
    return [status, reason, error, headers["www-authenticate"]];
  };

  describe(`/authz over ${version}`, () => {
    it("tells who holds a valid token, to the gateway and to the holder", async () => {
      const issued = server.manager.generateToken("ada", {
        permissions: ["orders:read", "orders:write"],
      });
      for (const more of [KEY, {}]) {
        const { status, headers, body } = await ask({
          path: "/authz?permission=orders:read&permission=orders%3Awrite",
          headers: { ...bearer(issued.token), ...more },
        });
        assert.equal(status, 200);
        assert.equal(body.length, 0);
        assert.equal(headers["x-user-id"], "ada");
        assert.equal(headers["x-permissions"], "orders:read orders:write");
        assert.equal(headers["x-token-id"], issued.tokenId);
        assert.equal(headers["x-session-id"], issued.sessionId);
        assert.equal(headers["cache-control"], "no-store");
      }
    });

    it("writes every value so that it can be read back", async () => {
      const user = 'Zoë, "é" 100% 😀\u2028';
      const permissions = ["a b", "c,d", "ünï:é"];
      const { headers } = await ask({
        headers: { ...KEY, ...bearer(tokenOf(user, ...permissions)) },
      });
      assert.equal(decodeURIComponent(headers["x-user-id"] as string), user);
      const told = (headers["x-permissions"] as string).split(" ").map(decodeURIComponent);
      assert.deepEqual(told, permissions);
    });

    it("has a value for each header, also of a token without permissions", async () => {
      const { headers } = await ask({ headers: { ...KEY, ...bearer(tokenOf("ada")) } });
      assert.equal(headers["x-permissions"], "");
    });

    it("refuses what is no valid token", async () => {
      const invalid = [401, "TOKEN_INVALID", "invalid_token", 'Bearer error="invalid_token"'];
      const missing = [401, "TOKEN_MISSING", "missing_token", "Bearer"];
      const revoked = tokenOf("ada");
      await server.revoke(revoked);
      for (const more of [KEY, {}]) {
        const asked = (headers: Record<string, string>) =>
          refusal({ headers: { ...more, ...headers } });
        assert.deepEqual(await asked({}), missing);
        assert.deepEqual(await asked({ authorization: "Basic YTpi" }), missing);
        assert.deepEqual(await asked({ authorization: "Bearer" }), missing);
        assert.deepEqual(await asked(bearer("none")), invalid);
        assert.deepEqual(await asked(bearer(server.keys.gateway as string)), invalid);
        assert.deepEqual(await asked(bearer(revoked)), invalid);
        const [one, two] = [tokenOf("ada"), tokenOf("eve")];
        assert.deepEqual(await asked({ authorization: `Bearer ${one}, Bearer ${two}` }), invalid);
        assert.deepEqual(await asked({ authorization: `Basic YTpi, Bearer ${one}` }), invalid);
      }
    });

    it("tells an expired token from others", async () => {
      const token = tokenOf("ada");
      server.clock.micros += 2 * HOUR_MICROS;
      const [status, reason, , challenge] = await refusal({
        headers: { ...KEY, ...bearer(token) },
      });
      assert.deepEqual([status, reason], [401, "TOKEN_EXPIRED"]);
      assert.match(challenge as string, /^Bearer error="invalid_token", error_description=/);
    });

    it("refuses a token that lacks one of the permissions", async () => {
      const request = {
        path: "/authz?permission=orders:read&permission=orders:write",
        headers: { ...KEY, ...bearer(tokenOf("ada", "orders:read")) },
      };
      assert.deepEqual(await refusal(request), [
        403,
        "PERMISSION_MISSING",
        "insufficient_scope",
        'Bearer error="insufficient_scope", scope="orders:write"',
      ]);
    });

    it("asks for the audience that the query names, whatever the client adds", async () => {
      const audiences = ["orders", "a&b=c"];
      const { token } = server.manager.generateToken("ada", { audiences });
      const asked = async (query: string, of = token) => {
        const headers = { ...KEY, ...bearer(of), "x-audience": "orders", audience: "orders" };
        return (await ask({ path: `/authz?${query}`, headers })).status;
      };
      assert.equal(await asked("audience=orders"), 200);
      assert.equal(await asked(`audience=${encodeURIComponent("a&b=c")}`), 200);
      assert.equal(await asked("audience=orders&permission=admin"), 403);
      assert.equal(await asked("audience=stock"), 401);
      assert.equal(await asked("audience=stock&path=&audience=orders"), 401);
      assert.equal(await asked("audience=orders", tokenOf("ada")), 401);
      for (const wrong of ["audience=", "audience", "audience=orders&audience=stock"]) {
        assert.equal(await asked(wrong), 400, wrong);
      }
    });

    it("takes permissions from the query alone, and nothing that it does not know", async () => {
      const headers = { ...KEY, ...bearer(tokenOf("ada", "read")) };
      for (const query of [
        "permission=",
        "permission",
        "permision=read",
        "permission=read&permission=",
        "permission=read&admin=1",
        "permission=%ff",
        "permission=%",
        `permission=${"p".repeat(129)}`,
        "&",
        "permission=read&".repeat(101),
      ]) {
        const [status] = await refusal({ path: `/authz?${query}`, headers });
        assert.equal(status, 400, query);
      }
      const spoofed = { ...headers, permission: "read", "x-permissions": "admin" };
      const answer = await ask({ path: "/authz?permission=read", headers: spoofed });
      assert.equal(answer.headers["x-permissions"], "read");
    });

    it("looks at nothing behind path, where a gateway's client goes on", async () => {
      const headers = { ...KEY, ...bearer(tokenOf("ada", "orders:read")) };
      const asked = async (query: string) =>
        (await ask({ path: `/authz?${query}`, headers })).status;
      for (const path of [
        "",
        "/orders",
        "/a?b=c&permission=none",
        "&permission=",
        "%",
        "/&path=/",
      ]) {
        assert.equal(await asked(`permission=orders:read&path=${path}`), 200, path);
        assert.equal(await asked(`permission=orders:write&path=${path}`), 403, path);
        assert.equal(await asked(`path=${path}`), 200, path);
      }
      assert.equal(await asked("permission=orders:read&xpath=/orders"), 400);
    });

    it("answers every method alike, a preflight too, and whatever kind of body is named", async () => {
      const headers = {
        origin: "https://shop.example.com",
        "access-control-request-method": "PUT",
        "content-type": "application/grpc",
      };
      for (const method of ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PROPFIND"]) {
        const valid = { ...KEY, ...headers, ...bearer(tokenOf("ada")) };
        assert.equal((await ask({ method, headers: valid })).status, 200, method);
        const without = await ask({ method, headers: { ...KEY, origin: headers.origin } });
        assert.equal(without.status, 401, method);
        assert.equal(without.headers["access-control-allow-origin"], undefined);
        assert.equal(without.body.length === 0, method === "HEAD", method);
      }
    });

    it("does not blame the token for a gateway that is not entitled, and says so", async () => {
      const unknown = "the credential of the gateway itself is not known";
      const unentitled = "the gateway itself may not ask: its caller's row does not name this door";
      const messages = new Map([
        ["stk_unknown", unknown],
        ["", unknown],
        [server.keys.other as string, unentitled],
      ]);
      for (const [key, message] of messages) {
        const { status, headers, body } = await ask({
          headers: { "x-gateway-key": key, ...bearer(tokenOf("ada")) },
        });
        const told = JSON.parse(body.toString());
        assert.deepEqual(told, { error: "unavailable", reason: "UNAVAILABLE", message });
        assert.deepEqual([status, headers["www-authenticate"]], [503, undefined]);
      }
    });

    it("stands at its path alone", async () => {
      for (const path of ["/authz/", "/authz/x", "//authz", "/AUTHZ", "/authz;a", "/%61uthz"]) {
        const { status } = await ask({ path, headers: { ...KEY, ...bearer(tokenOf("ada")) } });
        assert.equal(status, 404, path);
      }
    });

    it("leaves a line in the log and counts as a call", async (t) => {
      // Lines are written once an answer is gone, which may be later: no other test's may come in between.
      const own = await startTokenServer();
      t.after(() => own.close());
      const { token, tokenId } = own.manager.generateToken("ada");
      const key = { "x-gateway-key": own.keys.gateway as string };
      await send(own.url, { path: "/authz", headers: { ...key, ...bearer(token) } });
      await send(own.url, { path: "/authz?permission=no", headers: { ...key, ...bearer(token) } });
      await send(own.url, { path: "/authz", headers: { "x-gateway-key": "stk_unknown" } });
      const calls = own.calls();
      while (calls.length < 3) {
        await new Promise((resolve) => setImmediate(resolve));
        calls.push(...own.calls());
      }
      const about = { rpc: "ForwardAuth", caller: "gateway", token_id: tokenId };
      const told = calls.map(({ rpc, caller, outcome, reason, token_id }) => {
        return { rpc, caller, token_id, outcome, reason };
      });
      assert.deepEqual(told, [
        { ...about, outcome: "Ok", reason: undefined },
        {
          ...about,
          outcome: "PermissionDenied",
          reason: "ERROR_REASON_PERMISSION_NOT_GRANTED",
        },
        {
          rpc: "ForwardAuth",
          caller: undefined,
          token_id: undefined,
          outcome: "Unauthenticated",
          reason: "CALLER_ERROR_REASON_UNKNOWN_CALLER",
        },
      ]);
      const handled = samplesOf(await own.metrics.snapshot(), "grpc_server_handled_total")
        .filter(({ labels, value }) => labels.grpc_method === "ForwardAuth" && value > 0)
        .map(({ labels, value }) => [labels.grpc_service, labels.grpc_code, value]);
      assert.deepEqual(handled, [
        ["securetoken.Gateways", "OK", 1],
        ["securetoken.Gateways", "PermissionDenied", 1],
        ["securetoken.Gateways", "Unauthenticated", 1],
      ]);
    });
  });
}

describe("/authz asked with two credentials", () => {
  it("takes neither: of two headers Node hands on the first, and an application may read the other", async () => {
    const [one, other] = [tokenOf("ada"), tokenOf("bob")].map((token) => `Bearer ${token}`);
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const lines = [
      "GET /authz HTTP/1.1",
      "Host: localhost",
      `X-Gateway-Key: ${server.keys.gateway}`,
    ];
    const both = [`Authorization: ${one}`, `Authorization: ${other}`, "Connection: close", "", ""];
    socket.end([...lines, ...both].join("\r\n"));
    const [answer] = await once(socket, "data");
    assert.match(String(answer), /^HTTP\/1\.1 401 /);
  });
});
