/** `npm start` builds what is not built, with tools that need not be installed. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";

describe("scripts/build-if-needed.js", () => {
  let folder: string;
  const put = (path: string, seconds: number) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "");
    utimesSync(join(folder, path), seconds, seconds);
  };
  /** What the script asks of npm, which a program of this name notes down. */
  const run = (env: Record<string, string> = {}) => {
    const script = join(ROOT, "scripts/build-if-needed.js");
    writeFileSync(join(folder, "calls"), "");
    execFileSync(process.execPath, [script], {
      cwd: folder,
      env: { PATH: `${join(folder, "bin")}:${process.env.PATH}`, EXIT: "0", ...env },
      stdio: "pipe",
    });
    return readFileSync(join(folder, "calls"), "utf8").split("\n").filter(Boolean);
  };

  beforeEach(() => {
    folder = scratchFolder();
    put("bin/npm", 1000);
    writeFileSync(join(folder, "bin/npm"), '#!/bin/sh\necho "$*" >>calls\nexit $EXIT\n');
    chmodSync(join(folder, "bin/npm"), 0o755);
    put("src/server/main.ts", 1000);
    put("package.json", 1000);
    put("node_modules/.bin/tsc", 1000);
  });

  it("builds what was never built, and what is older than its sources", () => {
    assert.deepEqual(run(), ["run build"]);
    put("dist/.built", 2000);
    put("src/server/main.ts", 3000);
    assert.deepEqual(run(), ["run build"]);
  });

  it("does not build what is built", () => {
    put("dist/.built", 2000);
    assert.deepEqual(run(), []);
  });

  it("installs the tools for the build alone where they were left out", () => {
    put("node_modules/.bin/other", 1000);
    execFileSync("rm", [join(folder, "node_modules/.bin/tsc")]);
    assert.deepEqual(run(), ["ci --include=dev", "run build", "prune --omit=dev"]);
    put("dist/.built", 2000);
    assert.deepEqual(run(), []);
  });

  it("ends with npm's code when the build fails", () => {
    assert.throws(() => run({ EXIT: "3" }), { status: 3 });
  });
});
