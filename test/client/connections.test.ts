/** How each entry point connects: what is kept, what is sent, what is refused, how it ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { ConnectError, type Interceptor } from "@connectrpc/connect";
import { credentials } from "@grpc/grpc-js";
import * as grpcJs from "../../src/client/grpc-js.js";
import * as node from "../../src/client/node.js";
import * as web from "../../src/client/web.js";
import { serve, serveTls } from "../support/http-server.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";
import { createTestService } from "../support/token-service.js";

const API_KEY = "caller-key-0123456789";
const bad = "line\nbreak-0123456789";

/** A server that notes the `authorization` of every call, and the compression that it accepts. */
async function listening(t: TestContext, version: "1.1" | "2" = "2") {
  const seen: (string | null)[] = [];
  const accepted: (string | null)[] = [];
  const note: Interceptor = (next) => (request) => {
    seen.push(request.header.get("authorization"));
    accepted.push(request.header.get("grpc-accept-encoding"));
    return next(request);
  };
  const service = await createTestService();
  service.interceptors.unshift(note);
  const server = await serve(service, version);
  t.after(() => server.close());
  return { ...server, seen, accepted };
}

const clients = {
  node: (baseUrl: string, apiKey: string) => node.createSecureTokenClient({ baseUrl, apiKey }),
  "node, HTTP/1.1": (baseUrl: string, apiKey: string) =>
    node.createSecureTokenClient({ baseUrl, apiKey, protocol: "connect", httpVersion: "1.1" }),
  web: (baseUrl: string, apiKey: string) => web.createSecureTokenClient({ baseUrl, apiKey }),
  "grpc-js": (address: string, apiKey: string) =>
    grpcJs.createSecureTokenClient({ address, apiKey }),
};

describe("client connections", () => {
  for (const [name, create] of Object.entries(clients)) {
    const version = name === "node" || name === "grpc-js" ? "2" : "1.1";

    it(`${name}: sends the apiKey, unless a call brings a credential of its own`, async (t) => {
      const { baseUrl, seen } = await listening(t, version);
      const client = create(baseUrl, API_KEY);
      t.after(() => client.close());
      await client.exportConfig();
      await client.exportConfig({ headers: { authorization: "Bearer other" } });
      assert.deepEqual(seen, [`Bearer ${API_KEY}`, "Bearer other"]);
    });

    it(`${name}: refuses a key that no header can carry, without quoting it`, () => {
      assert.throws(
        () => create("http://127.0.0.1:1", bad),
        (error: Error) => error instanceof TypeError && !error.message.includes("0123456789"),
      );
    });
  }

  for (const name of ["node", "grpc-js"] as const) {
    it(`${name}: keeps one connection, and close() ends it`, { timeout: 20_000 }, async (t) => {
      const server = await listening(t);
      const client = clients[name](server.baseUrl, API_KEY);
      t.after(() => client.close());
      await Promise.all(Array.from({ length: 20 }, () => client.exportConfig()));
      await client.exportConfig();
      assert.deepEqual(server.connections(), { opened: 1, open: 1 });
      client.close();
      while (server.connections().open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    });
  }

  it("HTTP/1.1 over Node reuses a connection, and close() ends it", {
    timeout: 20_000,
  }, async (t) => {
    const server = await listening(t, "1.1");
    const client = clients["node, HTTP/1.1"](server.baseUrl, API_KEY);
    await client.exportConfig();
    await client.exportConfig();
    assert.deepEqual(server.connections(), { opened: 1, open: 1 });
    client.close();
    while (server.connections().open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  for (const entry of ["node", "grpc-js"]) {
    it(`${entry}: a script ends by itself after close()`, { timeout: 20_000 }, async (t) => {
      const { baseUrl } = await listening(t);
      const module = new URL(`../../src/client/${entry}.ts`, import.meta.url).href;
      const script = `
        import { createSecureTokenClient } from ${JSON.stringify(module)};
        const url = ${JSON.stringify(baseUrl)};
        const client = createSecureTokenClient({ baseUrl: url, address: url });
        console.log((await client.exportConfig()).version);
        client.close();`;
      const options = ["--import", "tsx", "--input-type=module", "--eval", script];
      const child = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "inherit"] });
      t.after(() => child.kill());
      let output = "";
      child.stdout.on("data", (chunk) => {
        output += chunk;
      });
      const [code] = await once(child, "exit");
      assert.deepEqual([code, output], [0, "1.0\n"]);
    });
  }

  it("refuses options that cannot work, without quoting them", () => {
    const noUrl = { name: "TypeError", message: "baseUrl must be an http:// or https:// URL" };
    for (const baseUrl of ["localhost:8080", "ftp://host", "", "http://"]) {
      assert.throws(() => node.createSecureTokenClient({ baseUrl }), noUrl);
    }
    const baseUrl = "http://127.0.0.1:1";
    assert.throws(() => node.createSecureTokenClient({ baseUrl, httpVersion: "1.1" }), TypeError);
    for (const address of ["127.0.0.1:1", "http://host/path", "https://"]) {
      assert.throws(() => grpcJs.createSecureTokenClient({ address }), TypeError, address);
    }
  });

  it("accepts no compressed answer over Node", async (t) => {
    const { baseUrl, accepted } = await listening(t);
    const client = node.createSecureTokenClient({ baseUrl });
    t.after(() => client.close());
    await client.exportConfig();
    assert.deepEqual(accepted, [null]);
  });

  it("takes the refusal of a proxy for no fact about a token", async (t) => {
    const refusals = [
      [401, "text/html", "<h1>Token expired</h1>"],
      [403, "application/json", '{"code":"permission_denied","message":"Permission denied"}'],
      [401, "application/json", '{"code":"unauthenticated","message":"Token expired"}'],
      [502, "text/plain", ""],
      [200, "application/grpc-web+proto", ""],
    ] as const;
    let answered = 0;
    let refusal: (typeof refusals)[number] = refusals[0];
    const proxy = http.createServer((request, response) => {
      const [status, type, body] = refusal;
      answered++;
      request.resume();
      response.writeHead(status, { "content-type": type }).end(body);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    t.after(() => proxy.close());
    const baseUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    for (const protocol of ["connect", "grpc-web"] as const) {
      for (const client of [
        node.createSecureTokenClient({ baseUrl, protocol, httpVersion: "1.1" }),
        web.createSecureTokenClient({ baseUrl, protocol }),
      ]) {
        for (refusal of refusals) {
          await assert.rejects(client.validateToken("token"), (error) => {
            assert.ok(error instanceof ConnectError, String(error));
            return !(error instanceof node.TokenError);
          });
        }
        client.close();
      }
    }
    // 502 is UNAVAILABLE, and tried three times.
    assert.equal(answered, 4 * (refusals.length + 2));
  });

  it("speaks mutual TLS over every protocol of Node, and trusts no unknown server", async (t) => {
    const server = await serveTls(await createTestService());
    t.after(() => server.close());
    const baseUrl = server.baseUrl.replace("127.0.0.1", "localhost");
    const nodeOptions = { ca: TEST_CERTIFICATE, cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY };
    const pem = [TEST_CERTIFICATE, TEST_CERTIFICATE_KEY, TEST_CERTIFICATE].map(Buffer.from);
    const [ca, key, cert] = pem as [Buffer, Buffer, Buffer];
    const trusting = [
      node.createSecureTokenClient({ baseUrl, nodeOptions }),
      node.createSecureTokenClient({ baseUrl, nodeOptions, protocol: "grpc-web" }),
      node.createSecureTokenClient({
        baseUrl,
        nodeOptions,
        protocol: "connect",
        httpVersion: "1.1",
      }),
      grpcJs.createSecureTokenClient({
        address: baseUrl,
        credentials: credentials.createSsl(ca, key, cert),
      }),
    ];
    for (const client of trusting) {
      assert.equal((await client.exportConfig()).version, "1.0");
      client.close();
    }
    const strangers = [
      node.createSecureTokenClient({ baseUrl }),
      node.createSecureTokenClient({ baseUrl, nodeOptions: { ca: TEST_CERTIFICATE } }),
      grpcJs.createSecureTokenClient({ address: baseUrl }),
    ];
    for (const client of strangers) {
      await assert.rejects(client.exportConfig({ timeoutMs: 2000 }), ConnectError);
      client.close();
    }
  });
});
