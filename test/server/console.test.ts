/** The console's files as they are served: policy, encodings, validators. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { loadConfig } from "../../src/server/config/index.js";
import { loadConsole } from "../../src/server/console-assets.js";
import { type Send, sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { type RunningServer, startTestServer } from "../support/server.js";

const PAGE = "<!doctype html><title>console</title>";
const SCRIPT = "console;".repeat(100);

describe("CONSOLE", () => {
  const elsewhere = {
    HOST: "0.0.0.0",
    ALLOW_EPHEMERAL_KEY: "on",
    ALLOW_ANONYMOUS: "on",
    ALLOW_PLAINTEXT: "on",
    REVOCATIONS: "off",
  };
  const rows: [string, Record<string, string>, boolean][] = [
    ["is on by default on loopback", {}, true],
    ["can be off on loopback", { CONSOLE: "off" }, false],
    ["is off by default elsewhere", elsewhere, false],
    ["can be on elsewhere", { ...elsewhere, CONSOLE: "on" }, true],
  ];
  for (const [name, env, on] of rows) {
    it(name, () => assert.equal(loadConfig(env).console, on));
  }
});

for (const [version, send] of [
  ["HTTP/1.1", sendHttp1],
  ["HTTP/2", sendHttp2],
] as [string, Send][]) {
  describe(`console over ${version}`, () => {
    const folder = scratchFolder();
    let server: RunningServer;
    before(async () => {
      mkdirSync(join(folder, "assets"));
      const files = { "index.html": PAGE, "assets/main-abc.js": SCRIPT };
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(folder, name), text);
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(text));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(text));
      }
      writeFileSync(join(folder, "notes.txt"), "not for the public");
      server = await startTestServer({ console: loadConsole(folder) });
    });
    after(async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    });
    const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
      send(server.url, { path, method, headers });

    it("serves the page under a strict policy", async () => {
      const { status, headers, body } = await get("/");
      assert.equal(status, 200);
      assert.equal(body.toString(), PAGE);
      assert.equal(headers["content-type"], "text/html; charset=utf-8");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cross-origin-opener-policy"], "same-origin");
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(headers["cache-control"], "no-cache");
      const policy = String(headers["content-security-policy"]).split("; ");
      assert.deepEqual(policy, [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]);
    });

    it("keeps hashed files for a year", async () => {
      const { headers } = await get("/assets/main-abc.js");
      assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
      assert.equal(headers["content-type"], "text/javascript; charset=utf-8");
      assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
    });

    it("serves the encoding that the client takes, each with a tag of its own", async () => {
      const rows: [string, string | undefined, (body: Buffer) => Buffer][] = [
        ["gzip, deflate, br", "br", brotliDecompressSync],
        ["gzip;q=0.5, br;q=0", "gzip", gunzipSync],
        ["deflate", undefined, (body) => body],
        ["br;q=0, gzip; q=0.0", undefined, (body) => body],
      ];
      const tags = new Set<unknown>();
      for (const [accepted, encoding, decode] of rows) {
        const { headers, body } = await get("/assets/main-abc.js", { "accept-encoding": accepted });
        assert.equal(headers["content-encoding"], encoding, accepted);
        assert.equal(Number(headers["content-length"]), body.length);
        assert.match(String(headers.vary), /Accept-Encoding/);
        assert.equal(decode(body).toString(), SCRIPT);
        tags.add(headers.etag);
      }
      assert.equal(tags.size, 3);
    });

    it("answers 304 to a client that has it already", async () => {
      const { etag = "" } = (await get("/")).headers;
      for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const { status, body, headers } = await get("/", { "if-none-match": tag });
        assert.equal(status, 304, tag);
        assert.equal(body.length, 0);
        assert.equal(headers.etag, etag);
      }
      assert.equal((await get("/", { "if-none-match": '"other"' })).status, 200);
    });

    it("answers HEAD like GET without the body, and no other method", async () => {
      const head = await get("/", {}, "HEAD");
      assert.equal(head.status, 200);
      assert.equal(head.headers["content-length"], String(PAGE.length));
      assert.equal(head.body.length, 0);
      for (const method of ["POST", "PUT", "DELETE"]) {
        const { status, headers } = await get("/", {}, method);
        assert.equal(status, 405);
        assert.equal(headers.allow, "GET, HEAD");
      }
      const call = await get("/", { "content-type": "application/grpc" }, "POST");
      assert.equal(call.status, 200, "a gRPC call is answered with gRPC's own status");
      assert.equal(call.headers["grpc-status"], "12");
    });

    it("serves nothing else, whatever the path", async () => {
      for (const path of [
        "/index.html",
        "/notes.txt",
        "/assets/",
        "/../package.json",
        "/%2e%2e/x",
      ]) {
        assert.equal((await get(path)).status, 404, path);
      }
      assert.equal((await get("/?a=b")).status, 200);
    });

    it("leaves RPCs alone", async () => {
      const { status, headers } = await send(server.url, {
        path: "/securetoken.v1.TokenService/ExportConfig",
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
      assert.equal(status, 200);
      assert.equal(headers["content-encoding"], undefined);
    });
  });
}

describe("console that is not there", () => {
  it("says how to build it", async () => {
    const server = await startTestServer({ console: loadConsole("no-such-folder") });
    const { status, body } = await sendHttp1(server.url, { path: "/" });
    assert.equal(status, 404);
    assert.match(body.toString(), /npm run build/);
    await server.close();
  });

  it("is an unknown path when it is off", async () => {
    const server = await startTestServer();
    const { status, body } = await sendHttp1(server.url, { path: "/" });
    assert.equal(status, 404);
    assert.match(body.toString(), /^nothing is at this path/);
    await server.close();
  });
});
