/** The generated code of clients is what their generators make of the schema, where their tools are here. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { buf, ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";

const CLIENTS: [name: string, tool: string[], template: string, folder: string][] = [
  ["Rust", ["cargo", "--version"], "gen/rust/buf.gen.yaml", "gen/rust/src/proto"],
  ["Go", ["go", "version"], "gen/go/buf.gen.yaml", "gen/go/proto"],
];

describe("the schema", () => {
  for (const [name, [command = "", ...args], template, folder] of CLIENTS) {
    const isMissing = spawnSync(command, args).status !== 0;
    const skip = isMissing && !process.env.CI ? `${command} is not installed` : false;
    it(`is what ${folder} was generated from`, { skip }, async () => {
      const scratch = scratchFolder();
      try {
        await buf("generate", "--template", template, "-o", scratch);
        const made = tree(join(scratch, folder));
        assert.ok(Object.keys(made).length > 0, `${name} has generated code`);
        assert.deepEqual(tree(join(ROOT, folder)), made);
      } finally {
        rmSync(scratch, { recursive: true });
      }
    });
  }
});

/** Every file below a folder, by its path in it. */
function tree(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.sort().map((path) => [path.slice(root.length), readFileSync(path, "utf8")]),
  );
}
