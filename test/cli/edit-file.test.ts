/** What holds for every file that a command changes. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import { editFile } from "../../src/cli/edit-file.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand } from "../support/server-process.js";

describe("an edit of a file", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = scratchFolder();
    path = join(folder, "file");
  });

  it("makes the file for its owner alone, and leaves nothing beside it", async () => {
    await editFile(path, (before) => `${before}`);
    assert.equal(readFileSync(path, "utf8"), "undefined");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["file"]);
  });

  it("waits for another one", async () => {
    const append = (text: string) => editFile(path, (before) => `${before?.bytes ?? ""}${text}`);
    await Promise.all(["a", "b", "c", "d"].map(append));
    assert.deepEqual([...readFileSync(path, "utf8")].sort(), ["a", "b", "c", "d"]);
  });

  it("is given up, without a trace, when somebody else writes the file meanwhile", async () => {
    for (const there of [false, true]) {
      if (there) writeFileSync(path, "old");
      const edit = editFile(path, () => {
        writeFileSync(path, "theirs");
        return "ours";
      });
      await assert.rejects(edit, /has changed meanwhile; try again/);
      assert.equal(readFileSync(path, "utf8"), "theirs");
      assert.deepEqual(readdirSync(folder), ["file"]);
    }
  });

  it("leaves the file as it was when it throws", async () => {
    writeFileSync(path, "old");
    const edit = editFile(path, () => {
      throw new Error("no");
    });
    await assert.rejects(edit, /^Error: no$/);
    assert.equal(readFileSync(path, "utf8"), "old");
    assert.deepEqual(readdirSync(folder), ["file"]);
  });
});

describe("secure-token callers", () => {
  it("loses no change of commands that run at once", async () => {
    const path = join(scratchFolder(), "callers.json");
    const add = (name: string) =>
      runCommand(["callers", "add", name, "--role", "verifier", "--file", path]);
    const names = ["one", "two", "three"];
    for (const { code, output } of await Promise.all(names.map(add))) {
      assert.equal(code, 0, output);
    }
    const { callers } = JSON.parse(readFileSync(path, "utf8")) as { callers: { name: string }[] };
    assert.deepEqual(callers.map(({ name }) => name).sort(), [...names].sort());
  });
});
