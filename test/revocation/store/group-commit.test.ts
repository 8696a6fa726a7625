/** Group commit: writes that wait share the next one, and a group that fails fails alone. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GroupCommit } from "../../../src/revocation/store/group-commit.js";

describe("group commit", () => {
  it("writes together what arrives while a write is under way", async () => {
    const groups: number[][] = [];
    const commits = new GroupCommit<number>(async (items) => {
      groups.push([...items]);
      await new Promise((resolve) => setImmediate(resolve));
    });
    const first = commits.add([1]);
    await new Promise((resolve) => setImmediate(resolve));
    const others = [2, 3, 4].map((item) => commits.add([item]));
    await Promise.all([first, ...others]);
    assert.deepEqual(groups, [[1], [2, 3, 4]]);
  });

  it("acknowledges nothing before it is written", async () => {
    let release = () => {};
    const written = new Promise<void>((resolve) => {
      release = resolve;
    });
    const commits = new GroupCommit<number>(() => written);
    let acknowledged = false;
    const added = commits.add([1]).then(() => {
      acknowledged = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(acknowledged, false);
    release();
    await added;
    assert.equal(acknowledged, true);
  });

  it("rejects a group that cannot be written, and goes on", async () => {
    let full = true;
    const commits = new GroupCommit<number>(async () => {
      if (full) throw new Error("disk full");
    });
    await assert.rejects(commits.add([1]), /disk full/);
    full = false;
    await commits.add([2]);
    await commits.idle();
  });
});
