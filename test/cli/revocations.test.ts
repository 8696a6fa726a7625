/** `secure-token revoke` and `secure-token revocations`, as people use them. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { openLevelStore } from "../../src/revocation/store/level-store.js";
import { tokenEntry } from "../support/revocation-entries.js";
import { scratchFolder } from "../support/scratch-folder.js";
import {
  runCommand,
  type ServerProcess,
  startCommand,
  startServer,
} from "../support/server-process.js";
import { eventually } from "../support/worker-lines.js";

const KEY = { SECRET_KEY: "Command#Secret2026", SALT: "a salt of sixteen bytes" };

describe("the command", () => {
  let server: ServerProcess;
  const DATA_DIR = scratchFolder();
  before(async () => {
    server = await startServer({ ...KEY, DATA_DIR });
  });
  after(() => server.end());

  const run = (args: string[], input = "") =>
    runCommand(["--server", server.url, ...args], {}, input);
  const issue = async (user: string) => (await run(["generate", user])).stdout.trim();

  it("revokes a token from standard input, and tells what became of it", async () => {
    const token = await issue("u");
    const revoked = await run(["revoke", "--reason", "lost laptop"], token);
    assert.equal(revoked.stdout, "outcome: REVOKED\n");
    assert.equal((await run(["validate"], token)).code, 5);
    assert.match((await run(["revocations", "list"])).stdout, /token .*: lost laptop \(until /);
  });

  it("does not end well where what it is shown is no token of the server", async () => {
    const token = await issue("u");
    for (const input of ["", "no token", `${token.slice(0, -1)}`]) {
      const { code, stdout } = await run(["revoke"], input);
      assert.equal(stdout, "outcome: NOT_AUTHENTIC\n");
      assert.equal(code, 5, input);
    }
    assert.equal((await run(["validate"], token)).code, 0);
  });

  it("revokes a user, a session, a token by its id, and everything up to an instant", async () => {
    const token = await issue("ann");
    assert.equal((await run(["revoke", "--user", "ann"])).code, 0);
    assert.equal((await run(["validate"], token)).code, 5);
    assert.equal((await run(["revoke", "--session", "s1"])).code, 0);
    assert.equal((await run(["revoke", "--token-id", "t1"])).code, 0);
    const past = "2026-01-01T00:00:00Z";
    assert.equal((await run(["revoke", "--everything", "--issued-before", past])).code, 0);
    const lines = (await run(["--json", "revocations", "list"])).stdout.trim().split("\n");
    const entries = lines.map((line) => JSON.parse(line));
    assert.ok(entries.some(({ everything }) => everything));
    assert.ok(entries.some(({ userIdSha256 }) => /^[0-9a-f]{64}$/.test(userIdSha256)));
    const one = await run(["--json", "revocations", "list", "--token-id", "t1"]);
    assert.equal(JSON.parse(one.stdout).tokenId, "t1");
  });

  it("refuses what names nothing, two things, or an instant without a zone", async () => {
    const refused = [
      run(["revoke", "--everything"]),
      run(["revoke", "--user", "u", "--session", "s"]),
      run(["revoke", "--session", "s", "--issued-before", "2026-01-01T00:00:00Z"]),
      run(["revoke", "--user", "u", "--issued-before", "2026-01-01T00:00:00"]),
      runCommand(["revoke", "abc"]),
    ];
    for (const { code, output } of await Promise.all(refused)) assert.equal(code, 2, output);
  });

  it("watches on over a restart of the server, and prints what came meanwhile", async () => {
    const data = scratchFolder();
    const first = await startServer({ ...KEY, DATA_DIR: data });
    const watch = startCommand(["--server", first.url, "revocations", "watch"]);
    try {
      await runCommand(["--server", first.url, "revoke", "--session", "before"]);
      await eventually(() => watch.output().includes("session before"));
      await first.end();
      await eventually(() => watch.output().includes("asking again"));
      const second = await startServer({ ...KEY, DATA_DIR: data, PORT: String(first.port) });
      await runCommand(["--server", second.url, "revoke", "--session", "after"]);
      await eventually(() => watch.output().includes("session after"));
      await second.end();
    } finally {
      watch.kill();
    }
  });

  it("moves entries from one DATA_DIR to another, once their servers have ended", async () => {
    const data = scratchFolder();
    const first = await startServer({ ...KEY, DATA_DIR: data });
    await runCommand(["--server", first.url, "revoke", "--user", "moved"]);
    const busy = await runCommand(["revocations", "export", "--data-dir", data]);
    assert.match(busy.output, /in use by another server/);
    assert.equal(busy.code, 1);
    await first.end();
    const none = await runCommand(["revocations", "export", "--data-dir", `${data}-none`]);
    assert.notEqual(none.code, 0);
    assert.match(none.output, /-none holds no revocations/);
    assert.equal(existsSync(`${data}-none`), false);
    const exported = await runCommand(["revocations", "export", "--data-dir", data]);
    const target = ["revocations", "import", "--data-dir", scratchFolder()];
    assert.equal((await runCommand(target, {}, exported.stdout)).stdout, "entries: 1\n");
    const again = await runCommand(["revocations", "export", "--data-dir", target[3] as string]);
    assert.equal(again.stdout, exported.stdout);
    assert.equal((await runCommand(target)).stdout, "entries: 0\n");
    const bad = await runCommand(target, {}, `${exported.stdout}{}\n`);
    assert.match(bad.output, /line 2: it is no revocation/);
  });

  it("exports what can be imported, and says how many entries that excludes", async () => {
    const data = scratchFolder();
    const expiresAt = (Date.now() + 3_600_000) * 1000;
    const store = await openLevelStore(data);
    await store.append([tokenEntry("a\n", { expiresAt }), tokenEntry("t", { expiresAt })]);
    await store.close();
    const { stdout, output, code } = await runCommand([
      "revocations",
      "export",
      "--data-dir",
      data,
    ]);
    assert.equal(code, 0);
    assert.equal(stdout.trim().split("\n").length, 1);
    assert.match(output, /entries left out, since no token or session has their ids: 1/);
  });

  it("prints the SQL of the shared log, and grants", async () => {
    const { stdout } = await runCommand(["revocations", "schema", "--role", "app"]);
    assert.match(stdout, /CREATE TABLE IF NOT EXISTS secure_token_revocations/);
    assert.match(stdout, /GRANT SELECT, INSERT, DELETE ON secure_token_revocations TO "app"/);
  });
});
