/** A watched file: every way of changing it is seen, and no bad content replaces a good one. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type WatchedFile, watchFile } from "../../src/server/watched-file.js";
import { scratchFolder } from "../support/scratch-folder.js";

describe("watchFile", () => {
  let folder: string;
  let path: string;
  let watched: WatchedFile | undefined;
  let told: string[];
  let waiting: (() => void)[];
  let held: Promise<void> | undefined;
  let loading: () => void;
  let awake: NodeJS.Timeout;

  beforeEach(() => {
    folder = scratchFolder();
    path = join(folder, "file");
    told = [];
    waiting = [];
    held = undefined;
    loading = () => {};
    // A watch alone keeps no process running.
    awake = setInterval(() => {}, 1000);
  });
  afterEach(() => {
    clearInterval(awake);
    watched?.close();
    watched = undefined;
    rmSync(folder, { recursive: true });
  });

  const tell = (what: string) => {
    told.push(what);
    for (const resolve of waiting.splice(0)) resolve();
  };
  const start = async (maxBytes = 1000) => {
    watched = await watchFile(
      path,
      async ({ bytes }) => {
        const text = bytes.toString();
        loading();
        await held;
        if (text.startsWith("bad")) throw new Error(`refused ${text}`);
        return text;
      },
      {
        onLoaded: tell,
        onFailed: (error) => tell(`failed: ${(error as Error).message}`),
        maxBytes,
      },
    );
    return watched;
  };
  /** Waits for the handlers until they have told `expected` as the latest. */
  const latest = async (expected: RegExp) => {
    while (!expected.test(told.at(-1) ?? "")) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };

  it("loads at once, and rejects when that fails", async () => {
    await assert.rejects(start(), { code: "ENOENT" });
    writeFileSync(path, "bad");
    await assert.rejects(start(), { message: "refused bad" });
    writeFileSync(path, "one");
    await start();
    assert.deepEqual(told, ["one"]);
  });

  const changes: [string, () => void][] = [
    ["written in place", () => writeFileSync(path, "two")],
    [
      "renamed over",
      () => {
        writeFileSync(join(folder, "new"), "two");
        renameSync(join(folder, "new"), path);
      },
    ],
    [
      "removed and made again",
      () => {
        rmSync(path);
        writeFileSync(path, "two");
      },
    ],
  ];
  for (const [how, change] of changes) {
    it(`sees a file that is ${how}`, async () => {
      writeFileSync(path, "one");
      await start();
      change();
      await latest(/^two$/);
    });
  }

  it("follows a link whose folder is swapped, as Kubernetes does, again and again", async () => {
    const put = (version: string) => {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, "file"), version);
      symlinkSync(version, join(folder, "..next"));
      renameSync(join(folder, "..next"), join(folder, "..data"));
    };
    put("one");
    symlinkSync("..data/file", path);
    await start();
    put("two");
    rmSync(join(folder, "one"), { recursive: true });
    await latest(/^two$/);
    put("three");
    await latest(/^three$/);
  });

  it("sees a change behind a link into another folder", async () => {
    mkdirSync(join(folder, "elsewhere"));
    const real = join(folder, "elsewhere", "real");
    writeFileSync(real, "one");
    symlinkSync(real, path);
    await start();
    writeFileSync(real, "two");
    await latest(/^two$/);
  });

  it("keeps the last good content while a bad one lies there, and tells of it once", async () => {
    writeFileSync(path, "one");
    await start();
    writeFileSync(path, "bad");
    await latest(/^failed: refused bad$/);
    // An event about another file makes it look again, at the same content; that look is silent,
    // so that there is nothing to wait for but time.
    writeFileSync(join(folder, "other"), "");
    await setTimeout(300);
    writeFileSync(join(folder, "new"), "one");
    renameSync(join(folder, "new"), path);
    await latest(/^one$/);
    assert.deepEqual(told, ["one", "failed: refused bad", "one"]);
  });

  it("tells of a file that is gone, and of its return", async () => {
    writeFileSync(path, "one");
    await start();
    rmSync(path);
    await latest(/^failed: ENOENT/);
    writeFileSync(join(folder, "other"), "");
    await setTimeout(300);
    writeFileSync(path, "one");
    await latest(/^one$/);
    assert.equal(told.length, 3);
  });

  it("takes a changed mode for a change", async () => {
    writeFileSync(path, "one", { mode: 0o600 });
    await start();
    chmodSync(path, 0o640);
    const before = told.length;
    while (told.length === before) await new Promise<void>((resolve) => waiting.push(resolve));
    assert.deepEqual(told, ["one", "one"]);
  });

  it("loads on request, changed or not, and one at a time", async () => {
    writeFileSync(path, "one");
    const file = await start();
    let release = () => {};
    held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const both = [file.reload(), file.reload()];
    assert.deepEqual(told, ["one"]);
    release();
    await Promise.all(both);
    assert.deepEqual(told, ["one", "one", "one"]);
  });

  it("calls nobody once it is closed", async () => {
    writeFileSync(path, "one");
    let release = () => {};
    const file = await start();
    held = new Promise<void>((resolve) => {
      release = resolve;
    });
    loading = () => {
      file.close();
      release();
    };
    await file.reload();
    await file.reload();
    assert.deepEqual(told, ["one"]);
  });

  it("reads files of bounded size, and nothing that is no file", async () => {
    writeFileSync(path, "x".repeat(1000));
    const file = await start();
    appendFileSync(path, "x");
    await file.reload();
    assert.match(told.at(-1) as string, /^failed: .* is larger than 1000 bytes$/);
    rmSync(path);
    execFileSync("mkfifo", [path]);
    await file.reload();
    assert.match(told.at(-1) as string, /^failed: .* is not a regular file$/);
    rmSync(path);
    mkdirSync(path);
    await file.reload();
    assert.match(told.at(-1) as string, /^failed: .* is not a regular file$/);
  });
});
