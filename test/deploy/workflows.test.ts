/** The workflows of continuous integration and of releases: no host runs them here, but they are read as one does. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { findProgram, skipWithout } from "../transport/peers/programs.js";

const FOLDER = join(ROOT, ".github/workflows");
const SCRIPTS = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;

describe(".github/workflows", () => {
  const skip = skipWithout("actionlint", "Go: github.com/rhysd/actionlint/cmd/actionlint");
  it("have nothing that actionlint finds", { skip }, () => {
    // Without shellcheck, which it would look for.
    const args = [
      "-no-color",
      "-shellcheck=",
      ...readdirSync(FOLDER).map((name) => join(FOLDER, name)),
    ];
    execFileSync(findProgram("actionlint") as string, args, { stdio: "pipe" });
  });

  for (const name of readdirSync(FOLDER)) {
    it(`start with no right but those that they name: ${name}`, () => {
      const text = readFileSync(join(FOLDER, name), "utf8");
      assert.match(text, /^permissions:( \{\}$|\n {2}contents: read$)/m);
      assert.doesNotMatch(text, /secrets\./, "a key that is kept is a key that is lost");
      for (const [, script] of text.matchAll(/npm run ([\w:-]+)/g))
        assert.ok(script && script in SCRIPTS, script);
    });
  }
});
