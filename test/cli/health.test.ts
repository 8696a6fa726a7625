/** `secure-token health`, as a container asks: the server of its own settings, or another. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import { ROOT } from "../support/buf.js";
import { runCommand, startServer } from "../support/server-process.js";

const certs = (name: string) => join(ROOT, "test/support/certs", name);

describe("secure-token health", () => {
  it("asks the server of HOST and PORT, and ends with 1 once it is gone", async () => {
    const server = await startServer();
    const env = { PORT: String(server.port) };
    const serving = await runCommand(["health"], env);
    assert.deepEqual([serving.code, serving.stdout], [0, "status: SERVING\n"]);
    await server.end();
    const bare = await runCommand(["health", "--server", `127.0.0.1:${server.port}`]);
    assert.match(bare.output, /UNREACHABLE/);
    const gone = await runCommand(["--json", "health"], env);
    assert.deepEqual(JSON.parse(gone.stdout), { status: "UNREACHABLE (ECONNREFUSED)" });
    assert.equal(gone.code, 1);
  });

  it("reads where its server listens, and no other setting", async () => {
    const server = await startServer();
    const foreign = { WORKERS: "auto", LOG_LEVEL: "verbose", CALLERS_FILE: "/none", SALT: "short" };
    const env = { ...foreign, PORT: String(server.port) };
    const { code, output } = await runCommand(["health"], env);
    const wrong = await runCommand(["health"], { PORT: "tcp://10.0.0.1:80" });
    await server.end();
    assert.equal(code, 0, output);
    assert.equal(wrong.code, 78);
    assert.match(wrong.output, /PORT is "tcp:\/\/10\.0\.0\.1:80"/);
  });

  it("says that it has no header of the PROXY protocol where its server awaits one", async () => {
    const proxied = { TRUSTED_PROXIES: "loopback", PROXY_PROTOCOL: "v2" };
    const server = await startServer(proxied);
    const env = { ...proxied, PORT: String(server.port) };
    const cut = await runCommand(["health"], env);
    await server.end();
    const gone = await runCommand(["health"], env);
    assert.equal(cut.code, 1);
    assert.match(
      cut.stdout,
      /^status: UNREACHABLE \(PROXY_PROTOCOL cuts .*\/readyz of METRICS_PORT\)$/m,
    );
    assert.equal(gone.stdout, "status: UNREACHABLE (ECONNREFUSED)\n");
  });

  it("shows the certificate of --cert, which a proxy may ask for", async () => {
    const seen: string[] = [];
    const proxy = createServer(
      {
        cert: readFileSync(certs("server.pem")),
        key: readFileSync(certs("server.key")),
        ca: readFileSync(certs("ca.pem")),
        requestCert: true,
      },
      (request, response) => {
        seen.push((request.socket as TLSSocket).getPeerCertificate().serialNumber);
        response.end('{"status":"SERVING"}');
      },
    );
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const server = ["--server", `https://localhost:${port}`, "--ca", certs("ca.pem")];
    const pair = ["--cert", certs("verifier.pem"), "--key", certs("verifier.key")];
    const shown = await runCommand(["health", ...server, ...pair]);
    const without = await runCommand(["health", ...server]);
    const wrong = await runCommand([
      "health",
      ...server,
      "--cert",
      certs("ca.pem"),
      ...pair.slice(2),
    ]);
    proxy.closeAllConnections();
    proxy.close();
    assert.equal(shown.code, 0, shown.output);
    assert.deepEqual(seen, [new X509Certificate(readFileSync(certs("verifier.pem"))).serialNumber]);
    assert.equal(without.code, 1);
    assert.equal(wrong.code, 2);
    assert.match(wrong.output, /^--key holds the key of another certificate than --cert/);
  });

  it("asks over TLS, another server with its authority", async () => {
    const tls = { TLS_CERT_FILE: certs("server.pem"), TLS_KEY_FILE: certs("server.key") };
    const server = await startServer(tls);
    const own = await runCommand(["health"], { ...tls, PORT: String(server.port) });
    const other = await runCommand([
      "health",
      "--server",
      `https://localhost:${server.port}`,
      "--ca",
      certs("ca.pem"),
    ]);
    const untrusted = await runCommand(["health", "--server", server.url]);
    await server.end();
    assert.equal(own.code, 0, own.output);
    assert.equal(other.code, 0, other.output);
    assert.equal(untrusted.code, 1);
    assert.match(untrusted.output, /UNREACHABLE \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/);
  });
});
