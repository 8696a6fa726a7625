/** The number of connections leaves files for everything else. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { maxConnectionsFor, openFileLimit } from "../../src/server/open-files.js";
import { scratchFolder } from "../support/scratch-folder.js";

it("the limit of open files is read where the system tells it", () => {
  const path = join(scratchFolder(), "limits");
  writeFileSync(
    path,
    "Limit  Soft Limit  Hard Limit  Units\nMax open files   256   4096   files\n",
  );
  assert.equal(openFileLimit(path), 256);
  writeFileSync(path, "Max open files   unlimited   unlimited   files\n");
  assert.equal(openFileLimit(path), undefined);
  assert.equal(openFileLimit(`${path}.none`), undefined);
});

it("connections take no more than is left behind a reserve", () => {
  for (const [files, connections] of [
    [undefined, 5_000],
    [1_000_000, 5_000],
    [5_000, 4_500],
    [256, 192],
    [10, 1],
  ] as const) {
    assert.equal(maxConnectionsFor(files), connections);
  }
});
