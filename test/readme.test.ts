/** The README's examples run as they stand, but for the addresses of servers. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "./support/buf.js";
import { unreachableUrl } from "./support/http-server.js";
import {
  CLIENT_PYTHON,
  installPythonClient,
  skipWithoutPythonClient,
} from "./support/python-client.js";
import { type ServerProcess, startServer } from "./support/server-process.js";

const run = promisify(execFile);
const SCRATCH = join(ROOT, "dist/readme");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

describe("README.md", () => {
  let server: ServerProcess;
  let freePort: string;
  before(async () => {
    server = await startServer();
    freePort = new URL(await unreachableUrl()).port;
    mkdirSync(SCRATCH, { recursive: true });
  });
  after(async () => {
    rmSync(SCRATCH, { recursive: true });
    await server.end();
  });

  for (const [index, { language, code }] of blocks().entries()) {
    const title = `${language}, example ${index + 1}: ${code.split("\n")[0]}`;
    const skip = language === "python" && skipWithoutPythonClient();
    it(title, { skip }, async () => {
      // 8090 is where an example listens itself.
      const here = code
        .replaceAll("8090", freePort)
        .replaceAll("127.0.0.1:8080", `127.0.0.1:${server.port}`);
      const { stdout } = await RUN[language as keyof typeof RUN](here, index);
      assert.match(stdout, /\S/);
    });
  }
});

const RUN = { ts: typescript, sh: shell, python };

function blocks(): { language: string; code: string }[] {
  const found = [...README.matchAll(/^```(sh|ts|python)\n([\s\S]*?)^```$/gm)];
  const all = found.map(([, language = "", code = ""]) => ({ language, code }));
  // The two commands that start and test the project run all this; continuous integration runs them.
  const examples = all.filter(({ code }) => !code.includes("npm ci"));
  assert.ok(examples.length >= 5);
  return examples;
}

/** In a file below the project, so that it imports the package by its own name. */
function typescript(code: string, index: number) {
  const path = join(SCRATCH, `example-${index}.ts`);
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
