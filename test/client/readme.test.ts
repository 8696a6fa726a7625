/** The examples of gen/ts/README.md pass the compiler against the built package, and run. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../support/buf.js";
import { type ServerProcess, startServer } from "../support/server-process.js";

const run = promisify(execFile);
const SCRATCH = join(ROOT, "dist/readme-ts");
const README = readFileSync(join(ROOT, "gen/ts/README.md"), "utf8");
const TSC = join(ROOT, "node_modules/.bin/tsc");

/** All but the import of the generated package, which is none of this one's names. */
const EXAMPLES = [...README.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
  .map(([, code = ""]) => code)
  .filter((code) => !code.includes("secure-token-proto"));

describe("gen/ts/README.md", () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServer();
    mkdirSync(SCRATCH, { recursive: true });
    const here = `127.0.0.1:${server.port}`;
    EXAMPLES.forEach((code, i) => {
      writeFileSync(join(SCRATCH, `example-${i}.ts`), code.replaceAll("127.0.0.1:8080", here));
    });
    const compilerOptions = { noEmit: true, noUnusedLocals: false };
    const extended = { extends: "../../tsconfig.json", compilerOptions, include: ["*.ts"] };
    writeFileSync(join(SCRATCH, "tsconfig.json"), JSON.stringify(extended));
  });
  after(async () => {
    rmSync(SCRATCH, { recursive: true });
    await server.end();
  });

  it("passes the compiler", async () => {
    assert.ok(EXAMPLES.length >= 3);
    const compiled = run(TSC, ["-p", SCRATCH], { cwd: ROOT });
    await compiled.catch(({ stdout }) => assert.fail(stdout));
  });

  for (const [i, code] of EXAMPLES.entries()) {
    it(`runs: ${code.split("\n").find((line) => line.includes("const "))}`, async () => {
      const script = join(SCRATCH, `example-${i}.ts`);
      const { stdout } = await run(process.execPath, ["--import", "tsx", script], { cwd: ROOT });
      if (code.includes("console.log")) assert.match(stdout, /user_123/);
    });
  }
});
