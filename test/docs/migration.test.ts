/** docs/integrate/migrate-from-python.md, with the library's own package beside the client. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { findPython } from "../python/venv.js";
import { ROOT } from "../support/buf.js";
import { freePort } from "../support/free-port.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { MAIN } from "../support/server-process.js";
import { blocksOf } from "./pages.js";
import { runBlocks } from "./shell-session.js";

const CLIENT = join(ROOT, "test/conformance/drivers/python/.venv");
const LIBRARY = join(ROOT, ".venv");

/** Why the page cannot be tried; false where it can. */
function missing(): string | false {
  if (!existsSync(CLIENT))
    return "the Python client is not installed; npm run test:clients does it";
  if (!findPython()?.startsWith(LIBRARY)) return "the library is not; npm run test:python does it";
  return false;
}

/** The folder of a virtual environment's packages. */
function packagesOf(venv: string): string {
  const [version] = readdirSync(join(venv, "lib"));
  return join(venv, "lib", version as string, "site-packages");
}

describe("docs/integrate/migrate-from-python.md", { skip: missing() }, () => {
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
    const python = join(CLIENT, "bin/python");
    const { code, printed } = await runBlocks([start?.code ?? "", `${python} both.py`], folder, {
      PORT: port,
      TZ: "UTC",
      PYTHONPATH: packagesOf(LIBRARY),
    });
    assert.equal(code, 0, printed.join("\n"));
    assert.equal(printed[1]?.match(/^user_123$/gm)?.length, 2, printed[1]);
  });
});
