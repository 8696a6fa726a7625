/** Which names a server answers to; what it says of proxies; what browsers are told of TLS. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { pino } from "pino";
import { loadConsole } from "../../src/server/console-assets.js";
import { createHostCheck } from "../../src/server/hosts.js";
import { type RawRequest, type Send, sendHttp1, sendHttp2 } from "../support/raw-request.js";
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
  const ca = pem("ca.pem");
  let secure: RunningServer;
  let clear: RunningServer;

  before(async () => {
    const deps = { logger: pino({ level: "silent" }), console: loadConsole() };
    secure = await startTestServer({
      ...deps,
      tls: { cert: pem("server.pem"), key: pem("server.key") },
    });
    clear = await startTestServer(deps);
  });
  after(() => Promise.all([secure.close(), clear.close()]));

  const grpc = { ...CALL, body: Buffer.alloc(5), headers: { "content-type": "application/grpc" } };
  const asked: [string, number, RawRequest][] = [
    ["a page", 200, { path: "/" }],
    ["a call the short way", 200, { ...CALL, headers: JSON_TYPE }],
    ["a call the long way", 200, { ...CALL, headers: { "content-type": TYPES[1] as string } }],
    ["a call that fails", 400, { ...CALL, body: "{", headers: JSON_TYPE }],
    ["a call of gRPC", 200, grpc],
    ["a door", 401, { path: "/authz" }],
    [
      "a preflight that is refused",
      403,
      {
        path: CALL.path,
        method: "OPTIONS",
        headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
      },
    ],
    ["no method's path", 404, { path: "/nowhere" }],
  ];
  const unmet = { ...CALL, headers: { ...JSON_TYPE, expect: "a miracle" } };
  for (const [version, send] of [
    ["HTTP/1.1", sendHttp1],
    ["HTTP/2", sendHttp2],
  ] as const) {
    const all: typeof asked =
      version === "HTTP/2" ? [...asked, ["an expectation", 417, unmet]] : asked;
    for (const [what, status, request] of all) {
      it(`is said over TLS to ${what}, ${version}, and not in the clear`, async () => {
        const name = "strict-transport-security";
        const over = await send(`https://localhost:${new URL(secure.url).port}`, {
          ...request,
          ca,
        });
        assert.deepEqual([over.status, over.headers[name]], [status, "max-age=31536000"]);
        const bare = await send(clear.url, request);
        assert.deepEqual([bare.status, bare.headers[name]], [status, undefined]);
      });
    }
  }
});
