/** The command as programs and people use it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { VERSION } from "../../src/server/version.js";
import { runCommand, type ServerProcess, startServer } from "../support/server-process.js";

const KEY = {
  SECRET_KEY: "Command#Secret2026",
  SALT: "a salt of sixteen bytes",
  PBKDF2_ITERATIONS: "100000",
};

describe("secure-token", () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServer(KEY);
  });
  after(() => server.end());

  const targets: [string, () => { flags: string[]; env: Record<string, string> }][] = [
    ["with the local key", () => ({ flags: [], env: KEY })],
    ["against a server", () => ({ flags: ["--server", server.url], env: {} })],
  ];
  for (const [name, target] of targets) {
    it(`does every operation ${name}, the token by standard input`, async () => {
      const { flags, env } = target();
      const run = (args: string[], input?: string) => runCommand([...flags, ...args], env, input);
      const args = ["generate", "user_123", "-p", "read,write", "--expires-in", "0.5"];
      const { stdout: token } = await run([...args, "--data", '{"team":"core"}']);
      const validated = await run(["validate"], token);
      assert.match(validated.stdout, /^userId: user_123$/m);
      assert.match(validated.stdout, /^permissions: read, write$/m);
      assert.match(validated.stdout, /^additionalData: \{"team":"core"\}$/m);
      assert.match(validated.stdout, /^timeRemaining: 0:29:5\d/m);
      assert.match((await run(["info"], token)).stdout, /^keyId: [0-9a-f]{16}$/m);
      assert.equal((await run(["check", "read"], token)).code, 0);
      const refreshed = await run(["refresh"], token);
      assert.equal((await run(["validate"], refreshed.stdout)).code, 0);
      const config = JSON.parse((await run(["--json", "export-config"])).stdout);
      assert.equal(config.salt, `base64:${Buffer.from(KEY.SALT).toString("base64")}`);
      assert.equal(config.serverVersion, VERSION);
      assert.doesNotMatch(JSON.stringify(config), /Command#Secret/);
    });

    it(`ends with one code a kind of error ${name}`, async () => {
      const { flags, env } = target();
      const run = (args: string[], input?: string) => runCommand([...flags, ...args], env, input);
      const short = await run(["generate", "u", "--expires-in", "0.0000001"]);
      const cases: [number, string[], string][] = [
        [3, ["generate", ""], ""],
        [4, ["validate"], short.stdout],
        [5, ["validate", "abc"], ""],
        [6, ["check", "admin"], (await run(["generate", "u"])).stdout],
      ];
      for (const [code, args, input] of cases) {
        assert.equal((await run(args, input)).code, code, args.join(" "));
      }
    });
  }

  it("reads with one what the other has issued", async () => {
    const local = await runCommand(["generate", "local"], KEY);
    const flags = ["--server", server.url, "--json", "validate"];
    const { stdout } = await runCommand(flags, {}, local.stdout);
    assert.equal(JSON.parse(stdout).userId, "local");
  });

  it("gives programs errors as JSON, and never the token", async () => {
    const { code, output } = await runCommand(["--json", "validate", "sesame"], KEY);
    assert.equal(code, 5);
    assert.deepEqual(JSON.parse(output), {
      error: {
        name: "InvalidTokenError",
        message: "Token format is invalid",
        reason: "TOKEN_MALFORMED",
        field: "token",
      },
    });
  });

  it("makes keys and salts that the settings accept", async () => {
    const key = await runCommand(["generate-key", "--length", "20"]);
    const salt = await runCommand(["generate-salt"]);
    const env = { ...KEY, SECRET_KEY: key.stdout.trim(), SALT: salt.stdout.trim() };
    assert.equal(key.stdout.trim().length, 20);
    assert.equal((await runCommand(["generate", "u"], env)).code, 0);
  });

  it("says what is wrong with its use, its settings and its server", async () => {
    assert.equal((await runCommand(["unknown"])).code, 2);
    assert.equal((await runCommand(["generate", "u", "--expires-in", "soon"], KEY)).code, 2);
    assert.equal((await runCommand(["validate", "x"])).code, 78);
    assert.equal((await runCommand(["--server", "http://127.0.0.1:1", "validate", "x"])).code, 1);
    assert.equal((await runCommand(["--help"])).code, 0);
  });
});
