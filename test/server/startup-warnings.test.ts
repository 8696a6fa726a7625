/** A start that fails for its configuration tells the faults alone: warnings would stand before them. */
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, startServer } from "../support/server-process.js";

/** A level of pino: warn. */
const WARNING = '"level":40';

/** What a server would warn of: a misspelt setting, a key that all can read, and no DATA_DIR. */
function alarming(): Record<string, string> {
  const folder = scratchFolder();
  const certs = join(ROOT, "test/support/certs");
  for (const name of ["server.pem", "server.key"]) {
    copyFileSync(join(certs, name), join(folder, name));
    chmodSync(join(folder, name), 0o644);
  }
  return {
    CALLER_FILE: "callers.json",
    TLS_CERT_FILE: join(folder, "server.pem"),
    TLS_KEY_FILE: join(folder, "server.key"),
  };
}

describe("warnings of a start", () => {
  it("are told of a server that listens, after its files are in force", async () => {
    const server = await startServer(alarming());
    await server.end();
    const output = server.output();
    for (const warning of ["did you mean CALLERS_FILE", "TLS_KEY_FILE", "kept in memory"]) {
      const line = output.split("\n").find((one) => one.includes(warning));
      assert.ok(line?.includes(WARNING), output);
    }
  });

  const IN_MEMORY = "DATA_DIR is not set: revocations are kept in memory, and end with the server";

  it("tell of revocations in memory, in the log and to those who check", async () => {
    const server = await startServer();
    await server.end();
    assert.equal(server.output().split(IN_MEMORY).length, 2, server.output());
    for (const [env, isTold] of [
      [{}, true],
      [{ REVOCATIONS: "off" }, false],
      [{ DATA_DIR: scratchFolder() }, false],
      [{ REVOCATION_LOG: "redis://127.0.0.1:1" }, false],
    ] as const) {
      const { output } = await runCommand(["config", "check"], env);
      assert.equal(output.includes(IN_MEMORY), isTold, output);
    }
  });

  const REBINDING = /ALLOWED_HOSTS is not set and ALLOW_ANONYMOUS is on: .*DNS rebinding/g;
  const ANYBODY = {
    HOST: "0.0.0.0",
    ALLOW_ANONYMOUS: "on",
    ALLOW_PLAINTEXT: "on",
    ALLOW_EPHEMERAL_KEY: "on",
    REVOCATIONS: "off",
  };

  it("tell once of names that a page may move to a server for anybody beyond loopback", async () => {
    const server = await startServer(ANYBODY);
    await server.end();
    assert.equal(server.output().match(REBINDING)?.length, 1, server.output());
    const { code, output } = await runCommand(["config", "check"], ANYBODY);
    assert.equal(code, 0, output);
    assert.match(output, REBINDING);
  });

  for (const [what, env] of [
    ["that answers to its own names", { ...ANYBODY, ALLOWED_HOSTS: "tokens.example.com" }],
    ["on loopback", {}],
  ] as const) {
    it(`tell of no name to a server for anybody ${what}`, async () => {
      const { output } = await runCommand(["config", "check"], env);
      assert.doesNotMatch(output, REBINDING);
    });
  }

  it("tell of no name to a server with callers", async () => {
    const CALLERS_FILE = join(scratchFolder(), "callers.json");
    writeFileSync(CALLERS_FILE, '{"callers":[]}', { mode: 0o600 });
    const { output } = await runCommand(["config", "check"], { ...ANYBODY, CALLERS_FILE });
    assert.doesNotMatch(output, REBINDING);
  });

  for (const workers of ["1", "2"]) {
    const all = { WORKERS: workers, PBKDF2_ITERATIONS: "100000", PORT: "0" };

    it(`are not told when a file has faults, with ${workers} processes`, async () => {
      const callers = join(scratchFolder(), "callers.json");
      writeFileSync(callers, "{}");
      const env = { ...alarming(), ...all, CALLERS_FILE: callers };
      const { code, output } = await runCommand(["serve"], env);
      assert.equal(code, 78);
      assert.match(output, /^ {2}CALLERS_FILE must be an object/m);
      assert.ok(!output.includes(WARNING), output);
    });

    it(`are not told of revocations when the port is taken, with ${workers} processes`, async () => {
      const holder = createServer();
      await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
      const { port } = holder.address() as { port: number };
      const { code, output } = await runCommand(["serve"], { ...all, PORT: String(port) });
      holder.close();
      assert.equal(code, 78);
      assert.match(output, /cannot listen on HOST/);
      assert.ok(!output.includes(WARNING), output);
    });
  }
});
