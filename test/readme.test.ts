/** The README's examples, and those of pages like it, run as they stand, but for the addresses of servers. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { blocksOf } from "./docs/pages.js";
import { ROOT } from "./support/buf.js";
import { freePort } from "./support/free-port.js";
import {
  CLIENT_PYTHON,
  installPythonClient,
  skipWithoutPythonClient,
} from "./support/python-client.js";
import { type ServerProcess, startServer } from "./support/server-process.js";

const run = promisify(execFile);
const SCRATCH = join(ROOT, "dist/readme");

/** Pages whose every block stands for itself, and how many are run at least. */
const PAGES = {
  "README.md": 5,
  "docs/integrate/library.md": 1,
  "docs/operate/callers.md": 1,
  "docs/operate/command.md": 1,
  "docs/operate/rotation.md": 1,
};

describe("the examples", () => {
  let server: ServerProcess;
  let otherPort: string;
  before(async () => {
    server = await startServer();
    otherPort = String(await freePort());
    mkdirSync(SCRATCH, { recursive: true });
  });
  after(async () => {
    rmSync(SCRATCH, { recursive: true });
    await server.end();
  });

  for (const [page, least] of Object.entries(PAGES)) {
    const blocks = blocksOf(page).filter(({ notRun }) => notRun === undefined);
    it(`of ${page} are at least ${least}`, () => assert.ok(blocks.length >= least));
    for (const { language, code, line } of blocks) {
      const skip = language === "python" && skipWithoutPythonClient();
      it(`${page}:${line}, ${language}: ${code.split("\n")[0]}`, { skip }, async () => {
        // 8090 is where an example listens itself.
        const here = code
          .replaceAll("8090", otherPort)
          .replaceAll("127.0.0.1:8080", `127.0.0.1:${server.port}`);
        const { stdout } = await RUN[language as keyof typeof RUN](here, line);
        assert.match(stdout, /\S/);
      });
    }
  }
});

const RUN = { ts: typescript, sh: shell, python };

/** In a file below the project, so that it imports the package by its own name. */
function typescript(code: string, line: number) {
  const path = join(SCRATCH, `example-${line}.ts`);
  writeFileSync(path, code);
  return run(process.execPath, ["--import", "tsx", path], { cwd: ROOT });
}

function shell(code: string) {
  return run("bash", ["-euo", "pipefail", "-c", code], {
    cwd: ROOT,
    env: { ...process.env, PBKDF2_ITERATIONS: "100000" },
  });
}

async function python(code: string) {
  await installPythonClient();
  return run(CLIENT_PYTHON, ["-c", code]);
}
