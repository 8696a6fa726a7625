/** `/introspect` (RFC 7662) and `/revoke` (RFC 7009), over both versions of HTTP. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { after, describe, it } from "node:test";
import { HOUR_MICROS } from "../support/fixed-manager.js";
import { type RawRequest, sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { startTokenServer } from "./token-server.js";

const server = await startTokenServer();
after(() => server.close());

const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
});
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const key = (name: string) => server.keys[name] as string;
const issue = (...permissions: string[]) =>
  server.manager.generateToken("ada", { permissions, expiresInHours: 1 });
const form = (token: string) => new URLSearchParams({ token }).toString();

for (const [version, send] of [
  ["HTTP/1.1", sendHttp1],
  ["HTTP/2", sendHttp2],
] as const) {
  const ask = async (path: string, { headers, ...request }: Partial<RawRequest>) => {
    const sent = { path, method: "POST", ...request, headers: { ...FORM, ...headers } };
    const answer = await send(server.url, sent);
    assert.equal(answer.headers["cache-control"], "no-store");
    const text = answer.body.toString();
    return { ...answer, json: text === "" ? undefined : JSON.parse(text) };
  };
  const introspect = async (token: string) => {
    const headers = bearer(key("gateway"));
    const { status, json } = await ask("/introspect", { headers, body: form(token) });
    assert.equal(status, 200);
    return json;
  };

  describe(`/introspect over ${version}`, () => {
    it("tells what an active token holds, to callers by bearer and basic, and to its holder", async () => {
      const issued = issue("orders:read", "a b", "orders:write");
      for (const headers of [
        bearer(key("gateway")),
        basic("gateway", key("gateway")),
        basic("", key("gateway")),
        bearer(issued.token),
      ]) {
        const { status, json } = await ask("/introspect", { headers, body: form(issued.token) });
        assert.equal(status, 200);
        assert.deepEqual(json, {
          active: true,
          token_type: "Bearer",
          sub: "ada",
          username: "ada",
          scope: "orders:read orders:write",
          permissions: ["orders:read", "a b", "orders:write"],
          jti: issued.tokenId,
          sid: issued.sessionId,
          iat: issued.issuedAt.seconds,
          exp: issued.expiresAt.seconds,
        });
      }
    });

    it("tells whom a token is meant for, and leaves out what it does not say", async () => {
      const audiences = ["orders", "billing"];
      const { token } = server.manager.generateToken("ada", { audiences });
      assert.deepEqual((await introspect(token)).aud, audiences);
      assert.ok(!("aud" in (await introspect(issue().token))));
    });

    it("tells nothing of any other token", async () => {
      const inactive = { active: false };
      assert.deepEqual(await introspect("none"), inactive);
      assert.deepEqual(await introspect("x".repeat(9_000)), inactive);
      const { token } = issue();
      await server.revoke(token);
      assert.deepEqual(await introspect(token), inactive);
      const expiring = issue().token;
      server.clock.micros += 2 * HOUR_MICROS;
      assert.deepEqual(await introspect(expiring), inactive);
    });

    it("looks at no hint and at no other parameter", async () => {
      const headers = bearer(key("gateway"));
      const body = `client_id=a&token_type_hint=refresh_token&x=&${form(issue().token)}`;
      assert.equal((await ask("/introspect", { headers, body })).json.active, true);
    });

    it("takes a charset, and no other type, encoding or method", async () => {
      const headers = bearer(key("gateway"));
      const body = form(issue().token);
      const asked = async (more: Record<string, string>, method = "POST") =>
        (await ask("/introspect", { headers: { ...headers, ...more }, body, method })).status;
      assert.equal(await asked({ "content-type": `${FORM["content-type"]}; charset=UTF-8` }), 200);
      assert.equal(await asked({ "content-type": "application/json" }), 400);
      assert.equal(await asked({ "content-type": `${FORM["content-type"]}x` }), 400);
      assert.equal(await asked({ "content-encoding": "gzip" }), 400);
      const put = await ask("/introspect", { headers, body, method: "PUT" });
      assert.deepEqual([put.status, put.headers.allow], [405, "POST"]);
    });

    it("refuses forms that can be read in two ways, or not at all", async () => {
      const headers = bearer(key("gateway"));
      for (const body of [
        "",
        "token=",
        "token",
        "hint=a",
        "token=a&token=b",
        "token=a&%74oken=b",
        "token=a&x=1&x=2",
        "token=%ff",
        "token=%e",
        `token=a${"&".repeat(200)}`,
      ]) {
        const { status, json } = await ask("/introspect", { headers, body });
        assert.deepEqual([status, json.error], [400, "invalid_request"], body);
      }
    });

    it("takes 16 KiB, and no byte more", async () => {
      const headers = bearer(key("gateway"));
      const body = `${form(issue().token)}&x=`.padEnd(16 * 1024, "x");
      assert.equal((await ask("/introspect", { headers, body })).status, 200);
      const { status, json } = await ask("/introspect", { headers, body: `${body}x` });
      assert.deepEqual([status, json.error], [413, "invalid_request"]);
    });

    it("answers nobody but its callers", async () => {
      const { token } = issue();
      const asked = async (headers: Record<string, string>) => {
        const answer = await ask("/introspect", { headers, body: form(token) });
        return [answer.status, answer.json.error, answer.headers["www-authenticate"]];
      };
      const unknown = (scheme: string) => [401, "invalid_client", `${scheme} realm="secure-token"`];
      assert.deepEqual(await asked({}), unknown("Bearer"));
      assert.deepEqual(await asked(bearer("stk_unknown")), unknown("Bearer"));
      assert.deepEqual(await asked(basic("gateway", "stk_unknown")), unknown("Basic"));
      assert.deepEqual(await asked({ authorization: "Basic !" }), unknown("Basic"));
      const { authorization } = basic("gateway", key("gateway"));
      const spaced = { authorization: `${authorization}\u00a0` };
      assert.deepEqual(await asked(spaced), unknown("Basic"), "a key has one spelling");
      const twice = { authorization: `Bearer ${key("gateway")}, Bearer ${key("other")}` };
      assert.deepEqual(await asked(twice), unknown("Bearer"));
      const forbidden = [403, "unauthorized_client", undefined];
      assert.deepEqual(await asked(bearer(key("other"))), forbidden);
      assert.deepEqual(await asked(bearer(issue().token)), forbidden);
      const origin = { origin: "https://shop.example.com", ...bearer(key("gateway")) };
      assert.deepEqual(await asked(origin), forbidden);
    });
  });

  describe(`/revoke over ${version}`, () => {
    it("revokes a token, at once, for its callers and its holder", async () => {
      for (const who of ["revoker", "holder"]) {
        const { token } = issue();
        assert.equal((await introspect(token)).active, true);
        const headers = who === "holder" ? bearer(token) : basic(who, key(who));
        const { status, body } = await ask("/revoke", { headers, body: form(token) });
        assert.deepEqual([status, body.length], [200, 0]);
        assert.deepEqual(await introspect(token), { active: false });
      }
    });

    it("answers alike for what is revoked or no token", async () => {
      const headers = bearer(key("revoker"));
      const { token } = issue();
      await server.revoke(token);
      for (const text of [token, "none"]) {
        assert.equal((await ask("/revoke", { headers, body: form(text) })).status, 200);
      }
    });

    it("revokes nothing for anybody else", async () => {
      const { token } = issue();
      const asked = async (headers: Record<string, string>) =>
        (await ask("/revoke", { headers, body: form(token) })).status;
      assert.equal(await asked({}), 401);
      assert.equal(await asked(bearer(key("gateway"))), 403);
      assert.equal(await asked(bearer(issue().token)), 403);
      assert.equal((await introspect(token)).active, true);
    });

    it("says so where the server keeps no revocations", async (t) => {
      const without = await startTokenServer({ register: undefined });
      t.after(() => without.close());
      const { token } = without.manager.generateToken("ada");
      const headers = { ...FORM, ...bearer(without.keys.revoker as string) };
      const request = { path: "/revoke", method: "POST", headers, body: form(token) };
      const { status, body } = await send(without.url, request);
      assert.deepEqual(
        [status, JSON.parse(body.toString()).error],
        [400, "unsupported_token_type"],
      );
    });
  });
}

describe("doors by client certificate", () => {
  const pem = (name: string) =>
    readFileSync(new URL(`../support/certs/${name}`, import.meta.url), "utf8");

  it("admit a caller by its certificate alone, and nobody without", async (t) => {
    const tls = { cert: pem("server.pem"), key: pem("server.key"), clientCa: pem("ca.pem") };
    const secured = await startTokenServer({ tls });
    t.after(() => secured.close());
    const { token } = secured.manager.generateToken("ada");
    const ask = (path: string, method: string, certificate: string | undefined, headers: object) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = httpsRequest(
          {
            host: "localhost",
            port: secured.port,
            path,
            method,
            agent: false,
            ca: pem("ca.pem"),
            ...(certificate && { cert: pem(`${certificate}.pem`), key: pem(`${certificate}.key`) }),
            headers: { ...FORM, ...headers },
          },
          (response) => {
            response.resume();
            response.once("end", () => resolve(response.statusCode));
          },
        );
        request.once("error", reject);
        request.end(method === "POST" ? form(token) : undefined);
      });
    assert.equal(await ask("/introspect", "POST", "verifier", {}), 200);
    assert.equal(await ask("/introspect", "POST", undefined, {}), 401);
    assert.equal(await ask("/introspect", "POST", "issuer", {}), 401);
    assert.equal(await ask("/authz", "GET", "verifier", bearer(token)), 200);
    assert.equal(await ask("/authz", "GET", "verifier", {}), 401);
  });
});
