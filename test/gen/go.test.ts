/** The Go module, its conformance driver and its example: generated afresh, formatted, vetted, tested. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { buf, ROOT } from "../support/buf.js";

const run = promisify(execFile);
const MODULES = ["gen/go", "test/conformance/drivers/go", "examples/go"];
const GENERATED = "gen/go/proto/securetoken/v1";
/** A first build compiles gRPC. */
const TIMEOUT_MS = 600_000;
const skip = spawnSync("go", ["version"]).status !== 0 && "this machine has no Go";

describe("Go", { skip, timeout: TIMEOUT_MS }, () => {
  it("is what the schema generates", { timeout: TIMEOUT_MS }, async () => {
    const scratch = mkdtempSync(join(tmpdir(), "secure-token-go-"));
    try {
      await buf("generate", "--template", "gen/go/buf.gen.yaml", "-o", scratch);
      assert.deepEqual(files(join(scratch, GENERATED)), files(join(ROOT, GENERATED)));
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  for (const module of MODULES) {
    it(`${module}: gofmt, go mod tidy, go vet, go test`, { timeout: TIMEOUT_MS }, async () => {
      const cwd = join(ROOT, module);
      const { stdout } = await run("gofmt", ["-l", "."], { cwd });
      assert.equal(stdout, "", "not formatted");
      await run("go", ["mod", "tidy", "-diff"], { cwd });
      await run("go", ["vet", "./..."], { cwd });
      await run("go", ["test", "-count=1", "./..."], { cwd });
    });
  }
});

/** File texts by name. */
function files(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
