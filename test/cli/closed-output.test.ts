/** `secure-token … | head`: whoever has read enough ends the pipe, and the command ends without a word. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { scratchFolder } from "../support/scratch-folder.js";
import { MAIN, runCommand, startServer } from "../support/server-process.js";

const KEY = {
  SECRET_KEY: "Command#Secret2026",
  SALT: "a salt of sixteen bytes",
  PBKDF2_ITERATIONS: "100000",
};

/** Runs a command whose standard output nobody reads. */
async function unread(args: readonly string[], input = "") {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: scratchFolder(),
    env: { PATH: process.env.PATH, ...KEY },
  });
  child.stdout.destroy();
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, errors };
}

describe("standard output that nobody reads", () => {
  const folder = scratchFolder();
  const callers = ["--file", join(folder, "callers.json")];
  const keys = ["--file", join(folder, "keys.json")];
  const data = ["--data-dir", join(folder, "data")];
  let server: Awaited<ReturnType<typeof startServer>>;
  let token: string;

  before(async () => {
    server = await startServer({ ...KEY, DATA_DIR: join(folder, "data") });
    token = (await runCommand(["generate", "u", "-p", "read"], KEY)).stdout.trim();
    await runCommand(["callers", "add", "one", "--role", "verifier", ...callers]);
    await runCommand(["keys", "init", "--iterations", "100000", ...keys]);
    const other = (await runCommand(["generate", "v"], KEY)).stdout.trim();
    await runCommand(["--server", server.url, "revoke", other]);
  });
  after(() => server.end());

  const asking = (...args: string[]) => ["--server", server.url, ...args];
  const commands: [string, () => string[]][] = [
    ["--help", () => ["--help"]],
    ["--version", () => ["--version"]],
    ["help keys", () => ["help", "keys"]],
    ["generate-key", () => ["generate-key"]],
    ["generate-salt", () => ["generate-salt"]],
    ["generate", () => ["generate", "u"]],
    ["validate", () => ["validate", token]],
    ["validate --json", () => ["--json", "validate", token]],
    ["check", () => ["check", "read", token]],
    ["refresh", () => ["refresh", token]],
    ["info", () => ["info", token]],
    ["export-config", () => ["export-config"]],
    ["config check", () => ["config", "check"]],
    ["completion", () => ["completion", "bash"]],
    ["callers add", () => ["callers", "add", "two", "--role", "verifier", ...callers]],
    ["callers rotate", () => ["callers", "rotate", "one", ...callers]],
    ["callers list", () => ["callers", "list", ...callers]],
    ["keys add", () => ["keys", "add", "--iterations", "100000", ...keys]],
    ["keys list", () => ["keys", "list", ...keys]],
    ["revocations schema", () => ["revocations", "schema"]],
    ["--server validate", () => asking("validate", token)],
    ["--server revoke", () => asking("revoke", "--token-id", "a".repeat(32))],
    ["--server revocations list", () => asking("revocations", "list")],
    ["--server revocations watch", () => asking("revocations", "watch")],
    ["--server export-config", () => asking("export-config")],
    ["--server health", () => asking("health")],
  ];
  for (const [name, args] of commands) {
    it(`ends ${name} with 0 and without a word`, async () => {
      const { code, errors } = await unread(args());
      // What follows from an edit is a note beside the answer.
      assert.equal(errors.replace(/^.* is written\. A server that follows it .*\n/, ""), "");
      assert.equal(code, 0);
    });
  }

  it("ends export and doctor without a word of pipes", async () => {
    await server.end();
    for (const args of [["revocations", "export", ...data], ["doctor"]]) {
      const { errors } = await unread(args);
      assert.doesNotMatch(errors, /EPIPE|^ +at /m, args.join(" "));
    }
  });
});
