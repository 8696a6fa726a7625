/** A server that is not root takes its keys from a mounted secret, and follows its updates. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { formatKeysetFile } from "../../src/server/keyset-file.js";
import { fileKey } from "../support/keyset-file.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, type ServerProcess, startServer } from "../support/server-process.js";

const USER = 65_534;
const FS_GROUP = 54_321;

describe("a mounted secret", { skip: process.getuid?.() !== 0 && "needs root" }, () => {
  /** A volume as Kubernetes makes it: a link to a link to a folder, which is swapped as a whole. */
  const volume = () => {
    const folder = scratchFolder();
    chmodSync(folder, 0o755);
    const path = join(folder, "keys.json");
    const put = async (version: string, mode: number, gid: number) => {
      const inside = join(folder, `..${version}`);
      mkdirSync(inside);
      const file = join(inside, "keys.json");
      const { keyId, ...key } = await fileKey(version);
      writeFileSync(file, formatKeysetFile([{ keyId, ...key }]));
      chownSync(file, 0, gid);
      chmodSync(file, mode);
      symlinkSync(`..${version}`, join(folder, "..next"));
      renameSync(join(folder, "..next"), join(folder, "..data"));
      return keyId;
    };
    symlinkSync("..data/keys.json", path);
    return { path, put };
  };
  const asUser = { uid: USER, gid: FS_GROUP, cwd: "/" };

  it("of Kubernetes with fsGroup is read as root's and its group's, and followed live", async () => {
    const { path, put } = volume();
    const first = await put("one", 0o440, FS_GROUP);
    const server = await startServer({ KEYSET_FILE: path }, asUser);
    await inForce(server, first);
    await inForce(server, await put("two", 0o440, FS_GROUP));
    await server.end();
  });

  it("of Docker, which everyone may read, needs ALLOW_READABLE_KEYSET", async () => {
    const { path, put } = volume();
    const keyId = await put("one", 0o444, 0);
    const refused = await runCommand(["serve"], { KEYSET_FILE: path, PORT: "0" }, asUser);
    assert.equal(refused.code, 78);
    assert.match(refused.output, /KEYSET_FILE must have mode 0600.*ALLOW_READABLE_KEYSET=on/);
    const server = await startServer({ KEYSET_FILE: path, ALLOW_READABLE_KEYSET: "on" }, asUser);
    await inForce(server, keyId);
    await server.end();
  });

  it("of another user is refused", async () => {
    const { path, put } = volume();
    await put("one", 0o640, FS_GROUP);
    chownSync(path, 1234, FS_GROUP);
    const { code, output } = await runCommand(["serve"], { KEYSET_FILE: path, PORT: "0" }, asUser);
    assert.equal(code, 78);
    assert.match(output, /KEYSET_FILE must belong to the user of this process or to root/);
  });
});

/** Waits until a server's log says that it works with a key. */
async function inForce(server: ServerProcess, keyId: string): Promise<void> {
  const line = new RegExp(`"key_id":"${keyId}","state":"PRIMARY"`);
  while (!line.test(server.output())) {
    await once(server.process.stderr as NodeJS.ReadableStream, "data");
  }
}
