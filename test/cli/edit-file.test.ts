/** What holds for every file that a command changes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  linkSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import { editFile } from "../../src/cli/edit-file.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { MAIN, runCommand, type ServerProcess, startServer } from "../support/server-process.js";

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

describe("a file that no command changes", () => {
  const folder = scratchFolder();
  const path = (name: string) => join(folder, name);
  const edit = (name: string) => editFile(path(name), () => "text");
  const list = (name: string) => runCommand(["callers", "list", "--file", path(name)]);

  it("is a link that leads to no file, which would be lost", async () => {
    symlinkSync("none", path("link"));
    await assert.rejects(edit("link"), /link is a link that leads to no file$/);
    assert.equal(readlinkSync(path("link")), "none");
  });

  it("is one in no folder", async () => {
    await assert.rejects(edit("none/file"), /none\/file: its folder cannot be written \(ENOENT\)$/);
  });

  it("is one with two names, of which a server may read the other", async () => {
    writeFileSync(path("one"), "old");
    linkSync(path("one"), path("two"));
    await assert.rejects(edit("two"), /two has 2 names \(hard links\), of which one would change/);
    assert.equal(readFileSync(path("one"), "utf8"), "old");
    assert.equal(statSync(path("one")).ino, statSync(path("two")).ino);
  });

  it("is a pipe, which is not read either", async () => {
    spawnSync("mkfifo", [path("pipe")]);
    await assert.rejects(edit("pipe"), /pipe is not a regular file$/);
    assert.match((await list("pipe")).output, /pipe is not a regular file/);
  });

  it("is a callers file that every user can write: servers refuse it", async () => {
    writeFileSync(path("open.json"), '{"callers":[]}');
    chmodSync(path("open.json"), 0o666);
    const add = ["callers", "add", "a", "--role", "admin", "--file", path("open.json")];
    for (const { code, output } of [await list("open.json"), await runCommand(add)]) {
      assert.equal(code, 78);
      assert.match(output, /open\.json can be written by every user \(mode 0666\): chmod o-w/);
    }
    assert.equal(readFileSync(path("open.json"), "utf8"), '{"callers":[]}');
  });
});

describe("an edit of another user's file", {
  skip: process.getuid?.() !== 0 && "needs root",
}, () => {
  const OWNER = 1234;
  const NOBODY = 65_534;

  it("leaves owner, group and mode as they were", async () => {
    const path = join(scratchFolder(), "file");
    writeFileSync(path, "old");
    chownSync(path, OWNER, OWNER + 1);
    chmodSync(path, 0o640);
    await editFile(path, () => "new");
    const { uid, gid, mode } = statSync(path);
    assert.deepEqual({ uid, gid, mode: mode & 0o777 }, { uid: OWNER, gid: OWNER + 1, mode: 0o640 });
    assert.equal(readFileSync(path, "utf8"), "new");
  });

  it("fails, and changes nothing, where the owner cannot be kept", async () => {
    const folder = scratchFolder();
    const path = join(folder, "callers.json");
    await runCommand(["callers", "add", "one", "--role", "verifier", "--file", path]);
    const before = readFileSync(path, "utf8");
    chmodSync(path, 0o644);
    chmodSync(folder, 0o777);
    const { code, output } = await runCommand(
      ["callers", "revoke", "one", "--file", path],
      {},
      { uid: NOBODY, cwd: "/" },
    );
    assert.equal(code, 1, output);
    assert.match(output, /owner 0:\d+ cannot be kept.*run the command as its owner/);
    assert.equal(readFileSync(path, "utf8"), before);
    assert.deepEqual(readdirSync(folder), ["callers.json"]);
  });

  it("says what to do about a file that is mounted by itself", (t) => {
    const folder = scratchFolder();
    const path = join(folder, "callers.json");
    writeFileSync(path, '{"callers":[]}');
    const edit = `node ${MAIN} callers add one --role verifier --file ${path}`;
    const script = `mount --bind ${path} ${path} || exit 99; ${edit}`;
    const { status, stderr } = spawnSync("unshare", ["-m", "sh", "-c", script], {
      encoding: "utf8",
      cwd: "/",
    });
    if (status === 99 || status === null || stderr.includes("unshare")) {
      t.skip("mounts are not allowed here");
      return;
    }
    assert.equal(status, 1, stderr);
    assert.match(stderr, /is mounted by itself and cannot be replaced: mount its folder/);
    assert.deepEqual(readdirSync(folder), ["callers.json"]);
  });
});

describe("secure-token callers", () => {
  it("say whether holders may refresh, and who may revoke everything, in new rows and old ones", async () => {
    const path = join(scratchFolder(), "callers.json");
    const file = ["--file", path];
    const issuer = ["callers", "add", "one", "--role", "issuer", "--no-holder-refresh", ...file];
    assert.equal((await runCommand(issuer)).code, 0);
    const revoker = ["callers", "add", "two", "--role", "revoker", "--revoke-everything", ...file];
    assert.equal((await runCommand(revoker)).code, 0);
    const row = async (name: string) =>
      (await runCommand(["callers", "list", ...file])).stdout
        .split("\n")
        .find((line) => line.startsWith(`${name}:`));
    assert.match((await row("one")) ?? "", /; holders may not refresh$/);
    assert.match((await row("two")) ?? "", /; may revoke everything$/);
    const before = JSON.parse(readFileSync(path, "utf8")).callers;
    for (const [name, ...change] of [
      ["one", "--holder-refresh", "--rate", "5"],
      ["two", "--no-revoke-everything"],
    ] as const) {
      assert.equal((await runCommand(["callers", "edit", name, ...change, ...file])).code, 0);
    }
    assert.match((await row("one")) ?? "", /grants nothing; 5 calls\/s$/);
    assert.doesNotMatch((await row("two")) ?? "", /everything/);
    const after = JSON.parse(readFileSync(path, "utf8")).callers;
    assert.deepEqual(after[0].api_keys, before[0].api_keys, "the key stays");
    const nothing = await runCommand(["callers", "edit", "one", ...file]);
    assert.deepEqual([nothing.code, /must name a change/.test(nothing.output)], [2, true]);
    const nobody = await runCommand(["callers", "edit", "three", "--holder-refresh", ...file]);
    assert.match(nobody.output, /there is no caller three/);
  });

  it("change what a row may call and grant, and keep its key and what they do not name", async () => {
    const path = join(scratchFolder(), "callers.json");
    const run = async (command: string, ...args: string[]) =>
      await runCommand(["callers", command, ...args, "--file", path]);
    const rowOf = () => JSON.parse(readFileSync(path, "utf8")).callers[0];
    await run("add", "one", "--role", "verifier", "--rate", "5");
    const before = rowOf();
    assert.equal((await run("edit", "one", "--role", "gateway", "--rpc", "GetTokenInfo")).code, 0);
    const rpcs = ["ForwardAuth", "OAuthIntrospect", "ExtAuthz", "TokenReview", "GetTokenInfo"];
    assert.deepEqual(rowOf(), { ...before, rpcs });
    const early = await run("edit", "one", "--audience", "orders");
    assert.deepEqual([early.code, /need --grant/.test(early.output)], [2, true]);
    const granted = { permissions: ["orders:*"], user_id: "*", max_expires_in_hours: 24 };
    await run("edit", "one", "--role", "issuer", "--grant", "orders:*");
    assert.deepEqual(rowOf().grants, granted);
    await run("edit", "one", "--audience", "orders,stock", "--grant-hours", "2");
    const grants = { ...granted, max_expires_in_hours: 2, audiences: ["orders", "stock"] };
    assert.deepEqual(rowOf(), { ...before, rpcs: ["GenerateToken", "RefreshToken"], grants });
    const unknown = await run("edit", "one", "--role", "king");
    assert.deepEqual([unknown.code, /--role king is not one of/.test(unknown.output)], [2, true]);
    assert.deepEqual(rowOf().grants, grants);
  });

  it("says by which revision a server's log tells that it has followed", async () => {
    const path = join(scratchFolder(), "callers.json");
    const added = await runCommand(["callers", "add", "one", "--role", "verifier", "--file", path]);
    const revision = /revision ([0-9a-f]{12})/.exec(added.output)?.[1];
    assert.doesNotMatch(added.stdout, /revision/);
    const listed = await runCommand(["--json", "callers", "list", "--file", path]);
    assert.equal(JSON.parse(listed.stdout).revision, revision);
    const server = await startServer({ CALLERS_FILE: path });
    assert.ok(await loggedRevision(server, revision));
    const rotated = await runCommand(["callers", "rotate", "one", "--file", path]);
    const next = /revision ([0-9a-f]{12})/.exec(rotated.output)?.[1];
    assert.notEqual(next, revision);
    assert.ok(await loggedRevision(server, next));
    await server.end();
  });

  it("gives no key to a caller that is known by its certificate alone", async () => {
    const path = join(scratchFolder(), "callers.json");
    const file = ["--file", path];
    await runCommand(["callers", "add", "one", "--role", "verifier", "--dns", "a.b", ...file]);
    const { code, output } = await runCommand(["callers", "rotate", "one", ...file]);
    assert.equal(code, 1);
    assert.match(output, /one is known by its certificate alone/);
    assert.doesNotMatch(output, /stk_/);
  });

  it("names no caller as the log names others", async () => {
    const path = join(scratchFolder(), "callers.json");
    for (const name of ["holder", "anonymous"]) {
      const { code, output } = await runCommand([
        "callers",
        "add",
        name,
        "--role",
        "verifier",
        "--file",
        path,
      ]);
      assert.equal(code, 2);
      assert.match(output, new RegExp(`name must not be ${name}`));
    }
  });

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

/** Waits until a server's log names a revision as in force. */
async function loggedRevision(server: ServerProcess, revision = "none"): Promise<boolean> {
  while (!server.output().includes(`"revision":"${revision}"`)) {
    await once(server.process.stderr as NodeJS.ReadableStream, "data");
  }
  return true;
}
