/** docs/secure-token.1 is what the commands say, and a manual page. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { manPage } from "../../scripts/man-page.js";
import { createProgram } from "../../src/cli/program.js";
import { ROOT } from "../support/buf.js";
import { skipWithout } from "../transport/peers/programs.js";

const FILE = join(ROOT, "docs/secure-token.1");

describe("docs/secure-token.1", () => {
  it("is what the commands say", async () => {
    const page = manPage(await createProgram());
    assert.equal(readFileSync(FILE, "utf8"), page, "run npm run generate:man");
  });

  it("is a page that groff takes", { skip: skipWithout("groff", "Debian: groff-base") }, () => {
    const args = ["-man", "-Tutf8", "-ww", "-z", FILE];
    const command = ["-c", 'exec "$@" 2>&1', "sh", "groff", ...args];
    assert.equal(execFileSync("sh", command, { encoding: "utf8" }), "");
  });
});
