/** Files of the configuration that belong to another user: to root alone is it given to make some. */
import assert from "node:assert/strict";
import { chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { configWarnings, loadConfig, readEnvironment } from "../../src/server/config/index.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, startServer } from "../support/server-process.js";

const ADMIN = 0;
const NOBODY = 65_534;
const SERVER = 1_234;
const IS_ADMIN = process.geteuid?.() === ADMIN;

const sentence = (names: string) =>
  `${names} can be changed by user ${NOBODY}, its owner, who is neither the user of this process nor root: chown it`;

/** A file of callers that belongs to a user. */
function callersOf(owner: number): string {
  const path = join(scratchFolder(), "callers.json");
  writeFileSync(path, '{"callers":[]}', { mode: 0o644 });
  chownSync(path, owner, owner);
  return path;
}

/** What is told of a configuration's files to a server of a user; that revocations are in memory is none of them. */
const told = (env: Record<string, string>, user: number | undefined) =>
  configWarnings(loadConfig(env), user).filter((line) => !line.includes("kept in memory"));

describe("a file of the configuration that belongs to another user", { skip: !IS_ADMIN }, () => {
  it("is warned of, to a server of root too, once with all settings", () => {
    const folder = scratchFolder();
    const files = {
      TLS_CERT_FILE: "c.pem",
      TLS_KEY_FILE: "k.pem",
      TLS_CLIENT_CA_FILE: "ca.pem",
      TLS_CLIENT_CRL_FILE: "crl.pem",
    };
    const env: Record<string, string> = { CALLERS_FILE: callersOf(NOBODY) };
    for (const [name, file] of Object.entries(files)) {
      env[name] = join(folder, file);
      writeFileSync(join(folder, file), "");
      chownSync(join(folder, file), NOBODY, NOBODY);
    }
    const names =
      "CALLERS_FILE, TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE, TLS_CLIENT_CRL_FILE";
    for (const user of [SERVER, ADMIN]) assert.deepEqual(told(env, user), [sentence(names)]);
  });

  it("is warned of where it is the store of revocations, or the folder above", () => {
    const folder = scratchFolder();
    const env = { DATA_DIR: folder, SECRET_KEY: "Owner#Secret2026x", SALT: "salt of 16 bytes" };
    mkdirSync(join(folder, "revocations"));
    chownSync(join(folder, "revocations"), NOBODY, NOBODY);
    assert.deepEqual(told(env, ADMIN), [sentence("DATA_DIR")]);
    chownSync(folder, NOBODY, NOBODY);
    assert.deepEqual(told(env, SERVER), [sentence("DATA_DIR")]);
  });

  it("is none of the server's user or of root, and none where there are no users", () => {
    for (const owner of [SERVER, ADMIN]) {
      assert.deepEqual(told({ CALLERS_FILE: callersOf(owner) }, SERVER), []);
    }
    assert.deepEqual(told({ CALLERS_FILE: callersOf(NOBODY) }, undefined), []);
    assert.deepEqual(told({ CALLERS_FILE: join(scratchFolder(), "missing") }, SERVER), []);
  });

  it("is looked for at a link and at what it leads to", () => {
    for (const [ofLink, ofFile] of [
      [NOBODY, ADMIN],
      [ADMIN, NOBODY],
    ] as const) {
      const link = join(scratchFolder(), "link");
      symlinkSync(callersOf(ofFile), link);
      lchownSync(link, ofLink, ofLink);
      assert.deepEqual(told({ CALLERS_FILE: link }, SERVER), [sentence("CALLERS_FILE")]);
    }
  });

  it("is .env too", () => {
    const path = join(scratchFolder(), ".env");
    writeFileSync(path, "PORT=0\n", { mode: 0o644 });
    chownSync(path, NOBODY, NOBODY);
    assert.deepEqual(readEnvironment({}, "serve", path, SERVER).warnings, [sentence(path)]);
    assert.deepEqual(readEnvironment({}, "serve", path, NOBODY).warnings, []);
  });

  it("is told of by a server that starts, by config check and by doctor", async () => {
    const cwd = scratchFolder();
    writeFileSync(join(cwd, ".env"), "PORT=0\n", { mode: 0o644 });
    chownSync(join(cwd, ".env"), NOBODY, NOBODY);
    const env = { CALLERS_FILE: callersOf(NOBODY) };
    const warnings = [sentence("CALLERS_FILE"), sentence(".env")];
    const server = await startServer(env, { cwd });
    await server.end();
    for (const warning of warnings) {
      assert.equal(server.output().split(warning).length, 2, server.output());
    }
    for (const words of [["config", "check"], ["doctor"]]) {
      const { code, output } = await runCommand(words, { ...env, PORT: "0" }, { cwd });
      assert.equal(code, 0, output);
      for (const warning of warnings) assert.ok(output.includes(`warning ${warning}\n`), output);
    }
  });
});
