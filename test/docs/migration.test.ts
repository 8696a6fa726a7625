/** docs/integrate/migrate-from-python.md, with the library's own package beside the client. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { createVenv, findPython, VENV } from "../python/venv.js";
import { ROOT } from "../support/buf.js";
import { freePort } from "../support/free-port.js";
import {
  CLIENT_PYTHON,
  installPythonClient,
  skipWithoutPythonClient,
} from "../support/python-client.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { MAIN } from "../support/server-process.js";
import { blocksOf } from "./pages.js";
import { runBlocks } from "./shell-session.js";

/** Why the page cannot be tried; false where it can. In CI it always is. */
function missing(): string | false {
  if (process.env.CI || findPython() === VENV) return skipWithoutPythonClient();
  return "the Python library is not installed; npm run test:python does it";
}

/** The folder of a Python's packages. */
function packagesOf(python: string): string {
  const program = "import sysconfig; print(sysconfig.get_path('purelib'))";
  return execFileSync(python, ["-c", program], { encoding: "utf8" }).trim();
}

describe("docs/integrate/migrate-from-python.md", { skip: missing() }, () => {
  before(async () => {
    if (findPython() !== VENV) createVenv();
    await installPythonClient();
  });

  it("lets library and service take each other's tokens", async () => {
    const folder = scratchFolder();
    // The page's `npx secure-token` is the command of this checkout.
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    symlinkSync(join(ROOT, "bin/secure-token.js"), join(folder, "node_modules/.bin/secure-token"));
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    assert.ok(existsSync(MAIN));
    const port = String(await freePort());
    const [start, both] = blocksOf("docs/integrate/migrate-from-python.md");
    writeFileSync(join(folder, "both.py"), (both?.code ?? "").replace("8080", port));
    const commands = [start?.code ?? "", `${CLIENT_PYTHON} both.py`];
    const { code, printed } = await runBlocks(commands, folder, {
      PORT: port,
      TZ: "UTC",
      PYTHONPATH: packagesOf(VENV),
    });
    assert.equal(code, 0, printed.join("\n"));
    assert.equal(printed[1]?.match(/^user_123$/gm)?.length, 2, printed[1]);
  });
});
