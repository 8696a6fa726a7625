/** `secure-token health`, as a container asks: the server of its own settings, or another. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
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
