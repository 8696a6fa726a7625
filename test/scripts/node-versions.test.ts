/** One least version of Node: in engines, in the README, and for the tools that build. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";

const manifest = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));

describe("the least version of Node", () => {
  const { engines } = manifest("package.json");
  const [lts, next] = /^\^(\d+\.\d+) \|\| >=(\d+\.\d+)$/.exec(engines.node)?.slice(1) ?? [];

  it("is what the README says", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    assert.ok(
      readme.includes(`Node ${lts?.split(".")[0]} from ${lts} on, or ${next} and newer`),
      engines.node,
    );
  });

  it("is what the build of the console needs", () => {
    assert.equal(
      manifest("node_modules/vite/package.json").engines.node,
      `^${lts}.0 || >=${next}.0`,
    );
  });

  it("is what the lock file says", () => {
    assert.deepEqual(manifest("package-lock.json").packages[""].engines, engines);
  });
});
