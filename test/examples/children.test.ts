/** What an example starts ends with it, also where it dies of an error that nobody catches. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { it } from "node:test";

const MODULE = new URL("../../examples/fleet/children.mjs", import.meta.url).href;
/** Its child has its standard output too, and holds it open for as long as it runs. */
const EXAMPLE = `
  import { spawn } from "node:child_process";
  import { mkdtempSync, writeFileSync } from "node:fs";
  import { tmpdir } from "node:os";
  import { join } from "node:path";
  import { endWithThisProcess, removeWithThisProcess } from ${JSON.stringify(MODULE)};
  const folder = mkdtempSync(join(tmpdir(), "secure-token-children-"));
  removeWithThisProcess(folder);
  writeFileSync(join(folder, "file"), "");
  const waits = ["-e", "setTimeout(() => {}, 60_000)"];
  const child = endWithThisProcess(
    spawn(process.execPath, waits, { stdio: ["ignore", "inherit", "ignore"] }),
  );
  child.once("spawn", () => {
    process.stdout.write(JSON.stringify({ folder }));
    Promise.reject(new Error("nobody catches this"));
  });
`;

it("ends its children, and removes its folders", { timeout: 30_000 }, async () => {
  const example = spawn(process.execPath, ["--input-type=module", "--eval", EXAMPLE], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = text(example.stdout);
  const errors = text(example.stderr);
  const [code] = await once(example, "exit");
  assert.equal(code, 1);
  assert.match(await errors, /nobody catches this/);
  // Ends when the last process that holds it has ended.
  const { folder } = JSON.parse(await printed);
  assert.equal(existsSync(folder), false);
});
