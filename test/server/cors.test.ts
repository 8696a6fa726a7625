/** CORS and caching, as a browser's requests meet them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ConfigError, loadConfig } from "../../src/server/config/index.js";
import { type Send, sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { type RunningServer, startTestServer } from "../support/server.js";

const FRIEND = "https://app.example.com";
const STRANGER = "https://app.example.com.evil.example";
const SERVICE = "/securetoken.v1.TokenService";

describe("CORS_ORIGINS", () => {
  const accepted: [string, readonly string[]][] = [
    ["", []],
    ["https://app.example.com", ["https://app.example.com"]],
    ["http://localhost:5173", ["http://localhost:5173"]],
    ["https://a.example, https://b.example:8443", ["https://a.example", "https://b.example:8443"]],
    ["https://a.example,https://a.example", ["https://a.example"]],
    ["http://[::1]:3000", ["http://[::1]:3000"]],
    ...[
      "capacitor://localhost",
      "tauri://localhost",
      "http://tauri.localhost",
      "ionic://localhost",
      "app://obsidian.md",
      "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
      "moz-extension://1c2d3e4f-0000-4000-8000-123456789abc",
      "vscode-webview://0a1b2c:8080",
      // Electron's usual address of an application.
      "app://.",
      "app://localhost",
      "app://-",
      "capacitor-electron://-",
      "wails://wails.localhost:34115",
      "com.example.app://my_host~1",
      // WebKit keeps the case of a host that is no domain.
      "safari-web-extension://4B1C2D3E-0000-4000-8000-123456789ABC",
    ].map((origin): [string, readonly string[]] => [origin, [origin]]),
  ];
  for (const [text, origins] of accepted) {
    it(`takes ${JSON.stringify(text)}`, () => {
      assert.deepEqual(loadConfig({ CORS_ORIGINS: text }).corsOrigins, origins);
    });
  }

  const refused = [
    "*",
    "https://*.example.com",
    "null",
    "app.example.com",
    "https://app.example.com/",
    "https://app.example.com/path",
    "https://app.example.com?x",
    "https://app.example.com:443",
    "https://App.example.com",
    "https://user:secret@app.example.com",
    "ftp://app.example.com",
    "file://app",
    // Chromium, Firefox and Safari send `null` for pages from files, which is anybody's page.
    "file://",
    "file:///",
    "app://",
    "app:///",
    "app://./",
    "app://./index.html",
    "app://.?x",
    "app://.:0",
    "App://.",
    "data://x",
    "blob:https://app.example.com/1",
    "Capacitor://localhost",
    "capacitor://localhost/",
    "capacitor://*",
    "capacitor://user@localhost",
    "capacitor:localhost",
    "app://a..b/",
    "https://",
  ];
  for (const entry of refused) {
    it(`refuses ${entry}, and quotes it without a password`, () => {
      const text = `https://ok.example,${entry}`;
      assert.throws(
        () => loadConfig({ CORS_ORIGINS: text }),
        (error) =>
          error instanceof ConfigError &&
          /^CORS_ORIGINS must list exact origins .* not ".*" \(2 of 2\)$/.test(
            error.faults[0] ?? "",
          ) &&
          !error.message.includes("secret"),
      );
    });
  }

  it("tells every wrong entry, beside every other fault", () => {
    const env = { CORS_ORIGINS: "*,https://ok.example,,x", CONSOLE: "yes", PORT: "-1" };
    assert.throws(
      () => loadConfig(env),
      (error) =>
        error instanceof ConfigError &&
        error.faults.length === 3 &&
        error.message.includes('not "*" (1 of 4), "" (3 of 4), "x" (4 of 4)') &&
        error.message.includes("CONSOLE must be on or off"),
    );
  });
});

for (const [version, send] of [
  ["HTTP/1.1", sendHttp1],
  ["HTTP/2", sendHttp2],
] as [string, Send][]) {
  describe(`CORS over ${version}`, () => {
    let server: RunningServer;
    let closed: RunningServer;
    before(async () => {
      server = await startTestServer({ corsOrigins: [FRIEND] });
      closed = await startTestServer();
    });
    after(async () => {
      await server.close();
      await closed.close();
    });

    const preflight = (origin: string, url = server.url) =>
      send(url, {
        path: `${SERVICE}/ValidateToken`,
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization,connect-protocol-version,content-type",
        },
      });
    const call = (method: string, json: string, headers: Record<string, string> = {}) =>
      send(server.url, {
        path: `${SERVICE}/${method}`,
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: json,
      });

    it("answers the preflight of a listed origin, for two hours", async () => {
      const { status, headers } = await preflight(FRIEND);
      assert.equal(status, 204);
      assert.equal(headers["access-control-allow-origin"], FRIEND);
      assert.equal(headers["access-control-max-age"], "7200");
      assert.equal(headers["access-control-allow-credentials"], undefined);
      assert.equal(headers.vary, "Origin");
      assert.match(String(headers["access-control-allow-methods"]), /\bPOST\b/);
      const allowed = String(headers["access-control-allow-headers"]).toLowerCase().split(", ");
      for (const name of [
        "authorization",
        "content-type",
        "connect-protocol-version",
        "connect-timeout-ms",
        "grpc-timeout",
        "x-grpc-web",
        "x-user-agent",
        "traceparent",
        "tracestate",
        "baggage",
      ]) {
        assert.ok(allowed.includes(name), name);
      }
    });

    for (const [who, origin] of [
      ["a stranger", STRANGER],
      ["the opaque origin", "null"],
      ["another scheme", "http://app.example.com"],
      ["another port", "https://app.example.com:8443"],
    ] as const) {
      it(`refuses ${who}`, async () => {
        const { status, headers } = await preflight(origin);
        assert.equal(status, 403);
        assertNothingAllowed(headers);
        const answer = await call("ExportConfig", "{}", { origin });
        assert.equal(answer.status, 403);
        assert.match(String(answer.body), /"permission_denied".*CORS_ORIGINS/);
        assertNothingAllowed(answer.headers);
        assert.equal(answer.headers.vary, "Origin");
        const web = await call("ExportConfig", "\0\0\0\0\0", {
          origin,
          "content-type": "application/grpc-web+proto",
        });
        assert.match(String(web.body), /grpc-status: 7/);
      });
    }

    it("takes the server's own pages for what they are", async () => {
      const { host } = new URL(server.url);
      for (const headers of [
        { origin: `http://${host}` },
        // Behind a proxy that ends TLS, and one that asks for another host.
        { origin: `https://${host}` },
        { origin: "https://tokens.example.com", "sec-fetch-site": "same-origin" },
        // Behind one that adds the scheme's own port.
        { origin: "https://tokens.example.com", host: "tokens.example.com:443" },
        { origin: "http://tokens.example.com", host: "tokens.example.com:80" },
      ]) {
        assert.equal((await call("ExportConfig", "{}", headers)).status, 200);
      }
      for (const headers of [
        { origin: `http://${host}0` },
        { origin: "https://tokens.example.com", "sec-fetch-site": "same-site" },
        { origin: "https://tokens.example.com", "sec-fetch-site": "none" },
        { origin: "" },
        { origin: "http://tokens.example.com", host: "tokens.example.com:443" },
      ]) {
        assert.equal((await call("ExportConfig", "{}", headers)).status, 403);
      }
    });

    it("allows nobody where nothing is configured", async () => {
      const { status, headers } = await preflight(FRIEND, closed.url);
      assert.equal(status, 403);
      assertNothingAllowed(headers);
    });

    it("lets a listed origin read answers and errors", async () => {
      for (const [method, json, status] of [
        ["GenerateToken", '{"userId":"ada"}', 200],
        ["ValidateToken", '{"token":"x"}', 401],
        ["GenerateToken", "{", 400],
      ] as const) {
        const answer = await call(method, json, { origin: FRIEND });
        assert.equal(answer.status, status);
        assert.equal(answer.headers["access-control-allow-origin"], FRIEND);
        const exposed = String(answer.headers["access-control-expose-headers"]);
        assert.match(exposed, /Grpc-Status-Details-Bin/);
      }
    });

    it("lets no cache keep the answer of an RPC", async () => {
      // With an Origin, as browsers send it, the call takes the way of Connect's own adapter.
      for (const sent of [{}, { origin: FRIEND }, { origin: STRANGER }] as Record<
        string,
        string
      >[]) {
        for (const [method, json] of [
          ["GenerateToken", '{"userId":"ada"}'],
          ["GenerateToken", '{"userId":""}'],
          ["ValidateToken", '{"token":"x"}'],
        ] as const) {
          const { status, headers } = await call(method, json, sent);
          assert.equal(headers["cache-control"], "no-store", `${method}, status ${status}`);
        }
      }
    });

    it("lets no cache keep what is answered before the service is asked", async () => {
      const origin = FRIEND;
      for (const { status, headers } of [
        await call("GenerateToken", "{", { origin }),
        await call("GenerateToken", "{}", { origin, "content-type": "text/plain" }),
        await call("GenerateToken", "", { origin, "content-type": "application/grpc-web+proto" }),
        await call("NoSuchMethod", "{}", { origin }),
      ]) {
        assert.equal(headers["cache-control"], "no-store", `status ${status}`);
      }
    });
  });
}

function assertNothingAllowed(headers: object): void {
  const names = Object.keys(headers).filter((name) => name.startsWith("access-control-"));
  assert.deepEqual(names, []);
}
