/** Folders above files of the configuration that every user can write. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { loadConfig, readEnvironment } from "../../src/server/config/index.js";
import { openFolderWarnings } from "../../src/server/config/open-folders.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, startServer } from "../support/server-process.js";

/** A folder of this mode, with another in it where the files are, of mode 0700. */
function folders(mode: number): { open: string; inner: string } {
  const open = join(scratchFolder(), "open");
  const inner = join(open, "inner");
  mkdirSync(inner, { recursive: true, mode: 0o700 });
  chmodSync(open, mode);
  return { open, inner };
}

const sentence = (names: string, folder: string) =>
  `${names} can be replaced by every user, who can write the folder ${folder}: chmod o-w`;

describe("a folder above the files of a configuration", () => {
  it("is warned of once, with all settings that it concerns, when every user can write it", () => {
    const { open, inner } = folders(0o777);
    const config = loadConfig({
      CALLERS_FILE: join(inner, "callers.json"),
      KEYSET_FILE: join(inner, "keys.json"),
      TLS_CERT_FILE: join(inner, "cert.pem"),
      TLS_KEY_FILE: join(inner, "key.pem"),
      TLS_CLIENT_CA_FILE: join(inner, "ca.pem"),
      TLS_CLIENT_CRL_FILE: join(inner, "crl.pem"),
      DATA_DIR: inner,
    });
    const names =
      "CALLERS_FILE, KEYSET_FILE, TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE, TLS_CLIENT_CRL_FILE, DATA_DIR";
    assert.deepEqual(openFolderWarnings(config), [sentence(names, open)]);
  });

  it("is the store's own folder too, where another store could be put", () => {
    const { open } = folders(0o777);
    const config = loadConfig({ DATA_DIR: open });
    assert.deepEqual(openFolderWarnings(config), [sentence("DATA_DIR", open)]);
  });

  it("is none that is sticky, or that others cannot write", () => {
    for (const mode of [0o1777, 0o775, 0o755, 0o700]) {
      const { open, inner } = folders(mode);
      const config = loadConfig({ CALLERS_FILE: join(inner, "callers.json"), DATA_DIR: open });
      assert.deepEqual(openFolderWarnings(config), [], mode.toString(8));
    }
  });

  it("is looked for above a link and above what it leads to", () => {
    const { open, inner } = folders(0o777);
    const safe = scratchFolder();
    writeFileSync(join(inner, "callers.json"), "{}");
    writeFileSync(join(safe, "callers.json"), "{}");
    const [into, from] = [join(safe, "link"), join(inner, "link")];
    symlinkSync(join(inner, "callers.json"), into);
    symlinkSync(join(safe, "callers.json"), from);
    for (const path of [into, from]) {
      const warnings = openFolderWarnings(loadConfig({ CALLERS_FILE: path }));
      assert.deepEqual(warnings, [sentence("CALLERS_FILE", open)]);
    }
  });

  it("is warned of for .env too, where there is one", () => {
    const { open } = folders(0o777);
    const path = join(open, ".env");
    assert.deepEqual(readEnvironment({}, "serve", path).warnings, []);
    writeFileSync(path, "PORT=0\n", { mode: 0o600 });
    assert.deepEqual(readEnvironment({}, "serve", path).warnings, [sentence(path, open)]);
  });

  it("is told of by a server that starts, once, and by config check", async () => {
    const { open, inner } = folders(0o777);
    const path = join(inner, "callers.json");
    writeFileSync(path, '{"callers":[]}', { mode: 0o600 });
    const warning = sentence("CALLERS_FILE", open);
    const server = await startServer({ CALLERS_FILE: path });
    await server.end();
    assert.equal(server.output().split(warning).length, 2, server.output());
    const { code, output } = await runCommand(["config", "check"], { CALLERS_FILE: path });
    assert.equal(code, 0, output);
    assert.ok(output.includes(`warning ${warning}\n`), output);
  });
});
