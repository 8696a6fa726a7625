/** Which names a server answers to; what it says of proxies; what browsers are told of TLS. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { after, before, describe, it } from "node:test";
import { pino } from "pino";
import { loadConsole } from "../../src/server/console-assets.js";
import { createHostCheck } from "../../src/server/hosts.js";
import { type Send, sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { type RunningServer, startTestServer } from "../support/server.js";
import { startServer } from "../support/server-process.js";

const CALL = {
  path: "/securetoken.v1.TokenService/GenerateToken",
  method: "POST",
  body: '{"userId":"mallory"}',
};
const JSON_TYPE = { "content-type": "application/json" };
/** The first goes the short way, as commands do, the second Connect's own, as browsers do. */
const TYPES = ["application/json", "application/json; charset=utf-8"];

describe("the host that is asked for", () => {
  it("is known by its name, whatever its case, port and last dot", () => {
    const isAllowed = createHostCheck(["tokens.example.com", "2001:db8::1"]);
    const ask = (host: string | undefined) => isAllowed(host === undefined ? {} : { host });
    for (const host of [
      "127.0.0.1:8080",
      "127.9.9.9",
      "localhost",
      "LOCALHOST:1",
      "localhost.:8080",
      "[::1]:8080",
      "[::1]",
      "Tokens.Example.com:443",
      "tokens.example.com.",
      "[2001:db8::1]:443",
    ]) {
      assert.equal(ask(host), true, host);
    }
    for (const host of [
      undefined,
      "",
      "evil.example",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "evil.example:127",
      "tokens.example.com.evil.example",
      "xtokens.example.com",
      "127.0.0.1@evil.example",
      "evil.example, 127.0.0.1",
      "[::1].evil.example",
      "[::ffff:127.0.0.1",
      "128.0.0.1",
      "0x7f.1",
    ]) {
      assert.equal(ask(host), false, String(host));
    }
    assert.equal(isAllowed({ ":authority": "evil.example", host: "localhost" }), false);
  });

  for (const [version, send] of [
    ["HTTP/1.1", sendHttp1],
    ["HTTP/2", sendHttp2],
  ] as [string, Send][]) {
    describe(`over ${version}`, () => {
      const name = version === "HTTP/2" ? ":authority" : "host";
      let server: RunningServer;
      before(async () => {
        const allowedHosts = ["tokens.example.com"];
        server = await startTestServer({ allowedHosts, console: loadConsole() });
      });
      after(() => server.close());

      it("is answered with 421 unless it is loopback or listed, whatever is asked", async () => {
        for (const type of TYPES) {
          for (const [host, status] of [
            ["evil.example", 421],
            ["evil.example:8080", 421],
            ["tokens.example.com", 200],
            ["localhost:1", 200],
          ] as const) {
            const headers = { "content-type": type, [name]: host };
            assert.equal((await send(server.url, { ...CALL, headers })).status, status, host);
          }
        }
        for (const rest of [
          { path: "/" },
          { path: "/nowhere" },
          { ...CALL, method: "OPTIONS", body: "" },
        ]) {
          const headers = { [name]: "evil.example", origin: "http://evil.example" };
          const { status, body } = await send(server.url, { ...rest, headers });
          assert.equal(status, 421);
          assert.match(String(body), /ALLOWED_HOSTS/);
        }
        assert.equal(
          (await send(server.url, { path: "/", headers: { [name]: "localhost" } })).status,
          200,
        );
      });
    });
  }

  it("of a rebound name gets nothing from a server that was started with nothing set", async () => {
    const running = await startServer();
    const rebound = { ...JSON_TYPE, host: "evil.example:8080", origin: "http://evil.example:8080" };
    assert.equal((await sendHttp1(running.url, { ...CALL, headers: rebound })).status, 421);
    assert.equal((await sendHttp1(running.url, { ...CALL, headers: JSON_TYPE })).status, 200);
    await running.end();
    const open = await startServer({ ALLOWED_HOSTS: "evil.example" });
    const named = { ...JSON_TYPE, host: "evil.example:8080" };
    assert.equal((await sendHttp1(open.url, { ...CALL, headers: named })).status, 200);
    await open.end();
  });
});

describe("a proxy before a server that anyone on the machine may use", () => {
  it("is warned of, once", async () => {
    const running = await startServer();
    const forwarded = { ...JSON_TYPE, "x-forwarded-for": "203.0.113.7" };
    await sendHttp1(running.url, { ...CALL, headers: JSON_TYPE });
    assert.doesNotMatch(running.output(), /through a proxy/);
    for (let i = 0; i < 3; i++) await sendHttp1(running.url, { ...CALL, headers: forwarded });
    await running.end();
    assert.equal(running.output().match(/requests come through a proxy/g)?.length, 1);
    assert.ok(!running.output().includes("203.0.113.7"));
  });
});

describe("Strict-Transport-Security", () => {
  const pem = (name: string) =>
    readFileSync(new URL(`../support/certs/${name}`, import.meta.url), "utf8");

  it("is said over TLS, and not in the clear", async () => {
    const logger = pino({ level: "silent" });
    const tls = { cert: pem("server.pem"), key: pem("server.key") };
    const secure = await startTestServer({ logger, tls, console: loadConsole() });
    const clear = await startTestServer({ logger, console: loadConsole() });
    const { port } = new URL(secure.url);
    const over = (path: string, method: string) =>
      new Promise<unknown>((resolve, reject) => {
        const options = { port, host: "localhost", path, method, ca: pem("ca.pem"), agent: false };
        const headers = { origin: `https://localhost:${port}`, ...JSON_TYPE };
        const request = httpsRequest({ ...options, headers }, (response) => {
          response.resume();
          resolve(response.headers["strict-transport-security"]);
        });
        request.on("error", reject);
        request.end(method === "POST" ? CALL.body : undefined);
      });
    assert.equal(await over("/", "GET"), "max-age=31536000");
    assert.equal(await over(CALL.path, "POST"), "max-age=31536000");
    const { headers } = await sendHttp1(clear.url, { path: "/" });
    assert.equal(headers["strict-transport-security"], undefined);
    await secure.close();
    await clear.close();
  });
});
