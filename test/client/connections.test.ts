/** How each entry point connects: what is kept, what is sent, what is refused, how it ends. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { credentials } from "@grpc/grpc-js";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import * as grpcJs from "../../src/client/grpc-js.js";
import * as node from "../../src/client/node.js";
import * as web from "../../src/client/web.js";
import { serve, serveTls } from "../support/http-server.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";
import { createTestService } from "../support/token-service.js";

const API_KEY = "caller-key-0123456789";
const bad = "line\nbreak-0123456789";

/** A server that notes the `authorization` of every call, and the compression that it accepts. */
async function listening(t: TestContext, version: "1.1" | "2" = "2") {
  const seen: (string | null)[] = [];
  const accepted: (string | null)[] = [];
  const refused = new Set<string>();
  const note: Interceptor = (next) => (request) => {
    const authorization = request.header.get("authorization");
    seen.push(authorization);
    if (refused.has(String(authorization))) throw unknownCaller();
    accepted.push(request.header.get("grpc-accept-encoding"));
    return next(request);
  };
  const service = await createTestService();
  service.interceptors.unshift(note);
  const server = await serve(service, version);
  t.after(() => server.close());
  return { ...server, seen, accepted, refuse: (key: string) => refused.add(`Bearer ${key}`) };
}

/** What the server says of a credential that it does not know. */
function unknownCaller(): ConnectError {
  const reason = "CALLER_ERROR_REASON_UNKNOWN_CALLER";
  const metadata = { field: "authorization" };
  const value = { domain: "securetoken.v1", reason, metadata };
  const details = [{ desc: ErrorInfoSchema, value }];
  return new ConnectError("the caller is not known", Code.Unauthenticated, undefined, details);
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
      const name = entry === "node" ? "baseUrl" : "address";
      const module = new URL(`../../src/client/${entry}.ts`, import.meta.url).href;
      const script = `
        import { createSecureTokenClient } from ${JSON.stringify(module)};
        const url = ${JSON.stringify(baseUrl)};
        const client = createSecureTokenClient({ ${name}: url });
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

  it("refuses options that cannot work or do not exist, by name and without quoting them", () => {
    const baseUrl = "http://127.0.0.1:1";
    const create = node.createSecureTokenClient;
    assert.throws(() => create({ baseUrl, httpVersion: "1.1" }), TypeError);
    assert.throws(() => create(undefined as never), /takes options as an object: \{ baseUrl, /);
    assert.throws(
      () => create({ baseurl: baseUrl } as never),
      /no option "baseurl"; it has baseUrl/,
    );
    for (const defaultTimeoutMs of [0, -1, 60_001, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(
        () => create({ baseUrl, defaultTimeoutMs }),
        /^TypeError: defaultTimeoutMs must/,
      );
    }
    for (const address of ["http://host/path", "unix:/tmp/socket", "dns:///a:1", "host"]) {
      assert.throws(() => grpcJs.createSecureTokenClient({ address }), /^TypeError: .*address/);
    }
    assert.throws(() => create({ baseUrl: "https://host/path" }), /^TypeError: baseUrl has a path/);
    create({ baseUrl: "https://host/" }).close();
  });

  it("calls below a path where the protocol has paths", async () => {
    const called: string[] = [];
    const fetch = async (input: RequestInfo | URL) => {
      called.push(String(input));
      return new Response(null, { status: 404 });
    };
    const client = web.createSecureTokenClient({ baseUrl: "https://host/tokens/", fetch });
    await assert.rejects(client.exportConfig(), ConnectError);
    assert.match(String(called[0]), /^https:\/\/host:443\/tokens\/securetoken\.v1\.TokenService\//);
    for (const protocol of ["connect", "grpc-web"] as const) {
      node.createSecureTokenClient({ baseUrl: "https://host/tokens", protocol }).close();
    }
  });

  it("refuses a timeout of a call that no server takes", async (t) => {
    const { baseUrl } = await listening(t);
    const client = node.createSecureTokenClient({ baseUrl });
    t.after(() => client.close());
    for (const timeoutMs of [0, -1, 60_001]) {
      await assert.rejects(
        client.exportConfig({ timeoutMs }),
        /^TypeError: timeoutMs must be above 0/,
      );
    }
    await client.exportConfig({ timeoutMs: 60_000 });
    await assert.rejects(client.exportConfig({ timeout: 5 } as never), /no option "timeout"/);
  });

  it("refuses to send a key in the clear to another machine, unless told to", () => {
    for (const url of ["http://tokens.example.com", "http://10.0.0.1:8080"]) {
      for (const connect of Object.values(clients)) {
        assert.throws(() => connect(url, API_KEY), /would travel readable/);
      }
      node.createSecureTokenClient({ baseUrl: url, apiKey: API_KEY, insecure: true }).close();
      node.createSecureTokenClient({ baseUrl: url }).close();
    }
    for (const url of ["https://tokens.example.com", "http://localhost:1", "http://[::1]:1"]) {
      for (const connect of Object.values(clients)) connect(url, API_KEY).close();
    }
  });

  it("takes a key that is rotated: from a function, and from a file", async (t) => {
    const apiKeyFile = join(scratchFolder(), "key");
    writeFileSync(apiKeyFile, ` ${API_KEY}\n`);
    const { baseUrl, seen, refuse } = await listening(t);
    // After a second the file is read again without a refusal, and slow machines take that long.
    t.mock.method(performance, "now", () => 1_000);
    let key = "first";
    const byFunction = node.createSecureTokenClient({ baseUrl, apiKey: async () => key });
    const byFile = grpcJs.createSecureTokenClient({ address: baseUrl, apiKeyFile });
    t.after(() => {
      byFunction.close();
      byFile.close();
    });
    await byFunction.exportConfig();
    key = "second";
    await byFunction.exportConfig();
    await byFile.exportConfig();
    writeFileSync(apiKeyFile, "third");
    refuse(API_KEY);
    await byFile.exportConfig();
    rmSync(apiKeyFile);
    await byFile.exportConfig();
    const bearers = ["first", "second", API_KEY, API_KEY, "third", "third"];
    assert.deepEqual(
      seen,
      bearers.map((each) => `Bearer ${each}`),
    );
  });

  it("names a refused credential, and a source of keys that fails", async (t) => {
    const { baseUrl, refuse } = await listening(t);
    refuse(API_KEY);
    const client = node.createSecureTokenClient({ baseUrl, apiKey: API_KEY });
    const failing = node.createSecureTokenClient({
      baseUrl,
      apiKey: () => Promise.reject(new Error("the vault is sealed")),
    });
    t.after(() => {
      client.close();
      failing.close();
    });
    await assert.rejects(client.exportConfig(), (error) => {
      assert.ok(error instanceof node.CallerRefusedError && error instanceof ConnectError);
      assert.ok(!(error instanceof node.ServiceUnavailableError));
      assert.ok(!(error instanceof node.TokenError));
      return error.reason === "UNKNOWN_CALLER" && error.field === "authorization";
    });
    await assert.rejects(failing.exportConfig(), /this client has no API key/);
    for (const apiKey of ["", " ", "a\nb"]) {
      assert.throws(() => node.createSecureTokenClient({ baseUrl, apiKey }), /^TypeError: apiKey/);
    }
    const apiKeyFile = "/nowhere/key";
    assert.throws(
      () => node.createSecureTokenClient({ baseUrl, apiKeyFile }),
      /apiKeyFile cannot be read/,
    );
  });

  it("reads a key from a regular file alone, of 4,098 bytes at most", async (t) => {
    const folder = scratchFolder();
    const apiKeyFile = join(folder, "key");
    writeFileSync(apiKeyFile, `${"k".repeat(4096)}\r\n`);
    const { baseUrl, seen } = await listening(t);
    const client = node.createSecureTokenClient({ baseUrl, apiKeyFile });
    t.after(() => client.close());
    const long = join(folder, "long");
    writeFileSync(long, `${API_KEY}${" ".repeat(4098)}`);
    // What V8 cannot hold as one text.
    const huge = join(folder, "huge");
    writeFileSync(huge, "");
    truncateSync(huge, 2 ** 30);
    // Opening it would wait for its writer; a device never ends.
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const file of [long, huge, pipe, "/dev/zero", folder]) {
      const message = `apiKeyFile must be a regular file of at most 4098 bytes: ${file}`;
      assert.throws(() => node.createSecureTokenClient({ baseUrl, apiKeyFile: file }), {
        name: "TypeError",
        message,
      });
    }
    // A file that becomes a pipe keeps no call waiting, and the key that was read stays.
    renameSync(pipe, apiKeyFile);
    t.mock.method(performance, "now", () => Number.MAX_SAFE_INTEGER);
    await client.exportConfig();
    assert.deepEqual(seen, [`Bearer ${"k".repeat(4096)}`]);
  });

  it("says that a server speaks TLS, or does not, or something else", async (t) => {
    const tls = await serveTls(await createTestService());
    const plain = await serve(await createTestService(), "2");
    const http1 = await serve(await createTestService(), "1.1");
    t.after(() => Promise.all([tls.close(), plain.close(), http1.close()]));
    const rows = [
      [tls.baseUrl.replace("https:", "http:"), "PLAINTEXT_TO_TLS"],
      // By name: on Node 26 @grpc/grpc-js 1.14 opens no TLS to an IP address.
      [plain.baseUrl.replace("http://127.0.0.1", "https://localhost"), "TLS_TO_PLAINTEXT"],
      [http1.baseUrl, "NOT_HTTP2"],
      [tls.baseUrl.replace("127.0.0.1", "localhost"), "UNKNOWN_AUTHORITY"],
    ] as const;
    for (const [url, fault] of rows) {
      for (const client of [
        node.createSecureTokenClient({ baseUrl: url }),
        grpcJs.createSecureTokenClient({ address: url }),
      ]) {
        await assert.rejects(client.exportConfig(), (error) => {
          assert.ok(error instanceof node.ServiceUnavailableError, `${url}: ${error}`);
          assert.equal(error.fault, fault);
          return true;
        });
        if (fault !== "NOT_HTTP2") client.close();
      }
    }
  });

  it("web: refuses a redirect by hand, and passes on why a server is not reached", async () => {
    const answering = (fetch: typeof globalThis.fetch) =>
      web.createSecureTokenClient({ baseUrl: "https://a.example", fetch, defaultTimeoutMs: 100 });
    const modes: unknown[] = [];
    const redirected = answering(async (_input, init) => {
      modes.push(init?.redirect);
      return new Response(null, { status: 302, headers: { location: "https://b.example" } });
    });
    await assert.rejects(
      redirected.exportConfig(),
      /it answers with a redirect: give the final URL/,
    );
    assert.deepEqual(modes, ["manual"], "tries again, or asks for what Workers do not have");
    const offline = answering(() => Promise.reject(new TypeError("Network connection lost")));
    await assert.rejects(offline.exportConfig(), /cannot be reached: Network connection lost/);
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
    let refusal: (typeof refusals)[number] = refusals[0];
    const proxy = http.createServer((request, response) => {
      const [status, type, body] = refusal;
      request.resume();
      response.writeHead(status, { "content-type": type }).end(body);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    t.after(() => proxy.close());
    const baseUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    for (const protocol of ["connect", "grpc-web"] as const) {
      for (const client of [
        // 502 is UNAVAILABLE, and tried until the deadline.
        node.createSecureTokenClient({
          baseUrl,
          protocol,
          httpVersion: "1.1",
          defaultTimeoutMs: 200,
        }),
        web.createSecureTokenClient({ baseUrl, protocol, defaultTimeoutMs: 200 }),
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
