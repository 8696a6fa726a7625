/** `secure-token keys`: a rotation by commands, and what they refuse. */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import { editKeysetFile } from "../../src/cli/keys/keyset-edit.js";
import { promote } from "../../src/cli/keys/promote.js";
import { retire } from "../../src/cli/keys/retire.js";
import { type FileKey, formatKeysetFile, parseKeysetFile } from "../../src/server/keyset-file.js";
import { fileKey } from "../support/keyset-file.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand } from "../support/server-process.js";

const FAST = ["--iterations", "100000"];
const one = await fileKey("one");
const two = await fileKey("two", "staged");
const three = await fileKey("three", "staged");

describe("secure-token keys", () => {
  let folder: string;
  let path: string;
  const keys = (command: string, ...args: string[]) =>
    runCommand(["--json", "keys", command, "--file", path, ...args]);
  const list = async () => JSON.parse((await keys("list")).stdout) as Record<string, string>[];
  const states = async () => (await list()).map(({ state }) => state).join();

  beforeEach(() => {
    folder = scratchFolder();
    path = join(folder, "keys.json");
  });

  it("rotates: init, add, promote, retire", async () => {
    const first = JSON.parse((await keys("init", ...FAST)).stdout);
    assert.deepEqual(await states(), "primary");
    const env = { KEYSET_FILE: path };
    const issued = await runCommand(["generate", "ada"], env);
    const next = JSON.parse((await keys("add", ...FAST)).stdout);
    assert.equal(next.state, "staged");
    assert.equal(await states(), "primary,staged");
    assert.deepEqual(JSON.parse((await keys("promote")).stdout), { ...next, state: "primary" });
    assert.equal(await states(), "secondary,primary");
    const info = await runCommand(["--json", "info"], env, issued.stdout);
    assert.equal(JSON.parse(info.stdout).keyId, first.keyId);
    const refused = await keys("retire", first.keyId);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /may need .* until .*--force/);
    assert.equal((await keys("retire", first.keyId, "--force")).code, 0);
    assert.deepEqual(
      (await list()).map(({ keyId }) => keyId),
      [next.keyId],
    );
    assert.equal((await runCommand(["validate"], env, issued.stdout)).code, 5);
  });

  it("lists ids, states and times, and no secret", async () => {
    writeFileSync(path, formatKeysetFile([one, two]), { mode: 0o600 });
    const text = (await runCommand(["keys", "--file", path, "list"])).stdout;
    assert.match(text, new RegExp(`^${one.keyId} primary +created 2026-11-23T11:32:09.000Z`, "m"));
    assert.match(text, new RegExp(`^${two.keyId} staged `, "m"));
    const json = (await keys("list")).stdout;
    assert.deepEqual(Object.keys(JSON.parse(json)[0]), ["keyId", "state", "createdAt"]);
    for (const secret of ["Keyset#File", Buffer.from(one.salt).toString("base64"), "a salt"]) {
      assert.ok(!text.includes(secret) && !json.includes(secret));
    }
  });

  it("names the file of --file, and no setting that the command does not read", async () => {
    writeFileSync(path, formatKeysetFile([one]).replace("state", "stat"), { mode: 0o600 });
    assert.match((await keys("list")).output, /keys\.json keys\[0\]\.stat is not known/);
    chmodSync(path, 0o644);
    for (const command of ["add", "list"]) {
      const { output } = await keys(command, ...(command === "add" ? FAST : []));
      assert.ok(output.includes(`${path} must have mode 0600`), output);
      assert.doesNotMatch(output, /KEYSET_FILE|ALLOW_READABLE/);
    }
  });

  it("takes over the key of the settings, so that its tokens stay valid", async () => {
    const settings = {
      SECRET_KEY: "Command#Secret2026",
      SALT: "a salt of sixteen bytes",
      PBKDF2_ITERATIONS: "100000",
    };
    const issued = await runCommand(["generate", "ada"], settings);
    const args = ["keys", "init", "--file", path, "--from-settings"];
    assert.equal((await runCommand(args, settings)).code, 0);
    const env = { KEYSET_FILE: path };
    assert.equal((await runCommand(["validate"], env, issued.stdout)).code, 0);
    assert.equal((await runCommand(["keys", "add", "--file", path, "--from-settings"])).code, 78);
  });

  it("writes for its owner alone, at once, and leaves nothing beside the file", async () => {
    await keys("init", ...FAST);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const { ino } = statSync(path);
    await keys("add", ...FAST);
    assert.notEqual(statSync(path).ino, ino, "renamed over, not written in place");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["keys.json"]);
  });

  it("replaces what a link leads to, and keeps the link", async () => {
    await keys("init", ...FAST);
    const link = join(folder, "link.json");
    symlinkSync("keys.json", link);
    assert.equal((await runCommand(["keys", "add", "--file", link, ...FAST])).code, 0);
    assert.equal(readlinkSync(link), "keys.json");
    assert.equal(await states(), "primary,staged");
  });

  it("loses no change of commands that run at once", async () => {
    await keys("init", ...FAST);
    const codes = await Promise.all(Array.from({ length: 6 }, () => keys("add", ...FAST)));
    assert.deepEqual(new Set(codes.map(({ code }) => code)), new Set([0]));
    assert.equal((await list()).length, 7);
  });

  it("overwrites no file, and changes none that breaks a rule", async () => {
    await keys("init", ...FAST);
    const before = readFileSync(path);
    assert.equal((await keys("init", ...FAST)).code, 1);
    assert.deepEqual(readFileSync(path), before);
    chmodSync(path, 0o644);
    for (const command of ["add", "promote", "list"]) assert.equal((await keys(command)).code, 78);
    assert.deepEqual(readFileSync(path), before);
    path = join(folder, "none.json");
    for (const command of ["add", "promote", "list"]) assert.equal((await keys(command)).code, 1);
    assert.ok(!existsSync(path));
    assert.equal((await runCommand(["keys", "list"])).code, 2);
  });

  it("writes no file that it would not read", async () => {
    writeFileSync(path, formatKeysetFile([one]), { mode: 0o600 });
    const none = editKeysetFile(path, () => []);
    await assert.rejects(none, /exactly one key in state primary/);
    const crowd = Array.from({ length: 16 }, (_, i) => ({
      ...two,
      keyId: `${i}`.padStart(16, "0"),
    }));
    await assert.rejects(
      editKeysetFile(path, (present) => [...present, ...crowd]),
      /at most 16 keys/,
    );
    const { bytes, mode } = { bytes: readFileSync(path), mode: 0o600 };
    assert.equal(parseKeysetFile({ bytes, mode }).length, 1);
    assert.deepEqual(readdirSync(folder), ["keys.json"]);
  });
});

describe("promote", () => {
  const NOW = "2026-12-01T00:00:00.000Z";

  it("makes the primary before it secondary, and lets a secondary return", () => {
    const promoted = promote([one, two, three], two.keyId, NOW);
    assert.deepEqual(promoted, [
      { ...one, state: "secondary", demotedAt: NOW },
      { ...two, state: "primary", promotedAt: NOW, demotedAt: undefined },
      three,
    ]);
    const back = promote(promoted, one.keyId, "2026-12-02T00:00:00.000Z");
    assert.equal(back[0]?.state, "primary");
    assert.equal(back[0]?.demotedAt, undefined);
  });

  it("refuses the primary and an unknown key", () => {
    assert.throws(() => promote([one, two], one.keyId, NOW), /is the primary already/);
    assert.throws(() => promote([one], two.keyId, NOW), /holds no key of this id/);
  });

  it("chooses no key by itself unless just one is staged", async () => {
    const path = join(scratchFolder(), "keys.json");
    for (const [keys, message] of [
      [[one], /no key is staged/],
      [[one, two, three], /several keys are staged/],
    ] as const) {
      writeFileSync(path, formatKeysetFile(keys), { mode: 0o600 });
      const { code, output } = await runCommand(["keys", "promote", "--file", path]);
      assert.equal(code, 1);
      assert.match(output, message);
    }
  });
});

describe("retire", () => {
  const DEMOTED = Date.parse("2026-11-23T11:32:09Z");
  const NEEDED = (8760 * 3600 + 60) * 1000;
  const secondary: FileKey = {
    ...two,
    state: "secondary",
    promotedAt: "2026-11-01T00:00:00Z",
    demotedAt: "2026-11-23T11:32:09Z",
  };
  const calm = (now: number) => ({ now, force: false });

  it("removes a key once no valid token can need it, to the millisecond", () => {
    const late = DEMOTED + NEEDED;
    assert.throws(() => retire([one, secondary], two.keyId, calm(late)), /--force/);
    assert.deepEqual(retire([one, secondary], two.keyId, calm(late + 1)), [one]);
    assert.deepEqual(retire([one, secondary], two.keyId, { now: DEMOTED, force: true }), [one]);
  });

  it("lets a staged key go that never was primary, and no key whose end nobody noted", () => {
    assert.deepEqual(retire([one, two], two.keyId, calm(DEMOTED)), [one]);
    const unnoted: FileKey[] = [
      { ...two, state: "secondary" },
      { ...two, promotedAt: "2026-11-01T00:00:00Z" },
      { ...secondary, state: "staged" },
    ];
    for (const key of unnoted) {
      assert.throws(() => retire([one, key], two.keyId, calm(DEMOTED)), /may need/);
    }
  });

  it("refuses the primary, forced or not, and an unknown key", () => {
    for (const force of [false, true]) {
      const now = DEMOTED + 10 * NEEDED;
      assert.throws(() => retire([one, two], one.keyId, { now, force }), /is the primary/);
      assert.throws(() => retire([one], two.keyId, { now, force }), /holds no key of this id/);
    }
  });
});
