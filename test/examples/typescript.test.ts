/** examples/typescript, run by the commands of its README. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../support/buf.js";
import { type ServerProcess, startServer } from "../support/server-process.js";

const run = promisify(execFile);
const FOLDER = join(ROOT, "examples/typescript");
const MAIN = "examples/typescript/main.ts";
const README = readFileSync(join(FOLDER, "README.md"), "utf8");

describe("examples/typescript", () => {
  let server: ServerProcess;
  let notes: ChildProcess;
  let url: string;
  before(async () => {
    server = await startServer();
    notes = spawn(process.execPath, ["--import", "tsx", MAIN], {
      cwd: ROOT,
      env: { PATH: process.env.PATH ?? "", PORT: "0", SECURE_TOKEN_TARGET: server.url },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(notes.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    url = line.toString().replace("notes at ", "").trim();
  });
  after(async () => {
    notes.kill();
    const [code] = await once(notes, "exit");
    await server.end();
    assert.equal(code, 0, "SIGTERM ends it in order");
  });

  it("does as the README says", async () => {
    const commands = [...README.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
    assert.ok(commands[1]?.includes(MAIN));
    const script = (commands[2] ?? "")
      .replaceAll("http://127.0.0.1:8080", server.url)
      .replaceAll("http://127.0.0.1:8091", url)
      .replaceAll("curl -i", "curl -s -w '\\n%{http_code}\\n'");
    const { stdout } = await run("bash", ["-euo", "pipefail", "-c", script], { cwd: ROOT });
    const lines = stdout.split("\n").filter((line) => line !== "");
    const refused = lines.splice(-2);
    assert.deepEqual(lines, ['{"text":"hello"}', "201", '["hello"]', "200"]);
    assert.match(refused.join(" "), /"TOKEN_MISSING".* 401$/);
  });

  it("keeps everybody's notes apart, checks permissions, and leaves /health open", async () => {
    const status = async (path: string, headers = {}) =>
      (await fetch(`${url}${path}`, { headers })).status;
    const command = join(ROOT, "dist/cli/main.js");
    const generate = ["--server", server.url, "generate", "user_456", "-p", "notes:write"];
    const { stdout } = await run(process.execPath, [command, ...generate]);
    const authorization = `Bearer ${stdout.trim()}`;
    assert.equal(await status("/notes", { authorization }), 403);
    assert.equal(await status("/health"), 200);
    assert.equal(await status("/elsewhere", { authorization }), 403);
  });

  it("passes the compiler against the built package", async () => {
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    await run(process.execPath, [compiler, "-p", FOLDER], { cwd: ROOT });
  });
});
