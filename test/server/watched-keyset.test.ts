/** KEYSET_FILE in a running server: what changes with it, in the RPCs, the log and the health. */
import assert from "node:assert/strict";
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../gen/ts/src/health/v1/health_pb.js";
import { createSecureTokenClient, type SecureTokenClient } from "../../src/client/node.js";
import { type FileKey, formatKeysetFile } from "../../src/server/keyset-file.js";
import { fileKey } from "../support/keyset-file.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, type ServerProcess, startServer } from "../support/server-process.js";

const one = await fileKey("one");
const two = await fileKey("two");
const staged = { ...two, state: "staged" } as const;
const old = { ...one, state: "secondary" } as const;

describe("a server with KEYSET_FILE", () => {
  let path: string;
  let server: ServerProcess;
  let client: SecureTokenClient;
  const write = (keys: readonly FileKey[] | string, mode = 0o600) => {
    const text = typeof keys === "string" ? keys : formatKeysetFile(keys);
    writeFileSync(`${path}.new`, text, { mode });
    chmodSync(`${path}.new`, mode);
    renameSync(`${path}.new`, path);
  };
  const health = () => createClient(Health, createGrpcTransport({ baseUrl: server.url }));
  const status = async (service: string) => (await health().check({ service })).status;
  const keys = async () =>
    (await client.exportConfig()).keys.map(({ keyId, state }) => `${keyId} ${state}`);
  const logged = () =>
    server
      .output()
      .split("\n")
      .filter((line) => line.includes('"file":"keyset_file"'))
      .map((line) => JSON.parse(line) as { msg: string; keys?: unknown; faults?: string[] });
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) await setTimeout(20);
  };

  before(async () => {
    path = join(scratchFolder(), "keys.json");
    write([one]);
    server = await startServer({ KEYSET_FILE: path });
    client = createSecureTokenClient({ baseUrl: server.url });
  });
  after(async () => {
    client.close();
    await server.end();
    rmSync(path);
  });
  beforeEach(async () => {
    write([one]);
    await until(async () => (await keys()).join() === `${one.keyId} PRIMARY`);
    await until(async () => (await status("keyset_file")) === ServingStatus.SERVING);
  });

  it("follows a rotation, and names keys by their ids", async () => {
    const { token } = await client.generateToken("ada");
    assert.equal((await client.getTokenInfo(token)).keyId, one.keyId);
    write([one, staged]);
    await until(async () => (await keys()).join() === `${one.keyId} PRIMARY,${two.keyId} STAGED`);
    write([old, two]);
    await until(async () => (await keys())[0] === `${two.keyId} PRIMARY`);
    const fresh = await client.generateToken("ada");
    assert.equal((await client.getTokenInfo(fresh.token)).keyId, two.keyId);
    assert.equal((await client.getTokenInfo(token)).keyId, one.keyId);
    write([two]);
    await until(async () => (await keys()).length === 1);
    await assert.rejects(client.validateToken(token), { reason: "TOKEN_MALFORMED" });
    assert.ok(await client.validateToken(fresh.token));
    assert.deepEqual(logged().at(-1)?.keys, [{ key_id: two.keyId, state: "PRIMARY" }]);
  });

  const bad: [string, () => void, RegExp][] = [
    [
      "breaks a rule",
      () => write([{ ...one, createdAt: "soon" }]),
      /keys\[0\]\.created_at must be/,
    ],
    ["is no JSON", () => write("sesame"), /KEYSET_FILE must be JSON/],
    ["others may read", () => chmodSync(path, 0o644), /must have mode 0600/],
    ["is too large", () => write(" ".repeat(65_537)), /is larger than 65536 bytes/],
    ["is gone", () => rmSync(path), /KEYSET_FILE cannot be used: ENOENT/],
  ];
  for (const [name, spoil, fault] of bad) {
    it(`keeps its keys when the file ${name}, and says so until it is right again`, async () => {
      const { token } = await client.generateToken("ada");
      spoil();
      await until(async () => (await status("keyset_file")) === ServingStatus.NOT_SERVING);
      assert.equal((await client.getTokenInfo(token)).keyId, one.keyId);
      assert.ok(await client.generateToken("ada"));
      assert.equal(await status(""), ServingStatus.SERVING);
      assert.equal(await status("securetoken.v1.TokenService"), ServingStatus.SERVING);
      const { statuses } = await health().list({});
      assert.equal(statuses.keyset_file?.status, ServingStatus.NOT_SERVING);
      assert.equal(statuses[""]?.status, ServingStatus.SERVING);
      // The line comes through a pipe, and may be read after the answers.
      await until(() => fault.test(logged().at(-1)?.faults?.join() ?? ""));
      write([one]);
      await until(async () => (await status("keyset_file")) === ServingStatus.SERVING);
    });
  }

  it("reads the file again on SIGHUP, changed or not", async () => {
    const before = logged().length;
    server.process.kill("SIGHUP");
    await until(() => logged().length > before);
    assert.equal(logged().at(-1)?.msg, "in force");
    assert.ok(await client.generateToken("ada"));
  });

  it("logs no secret", async () => {
    write([{ ...one, salt: Buffer.from("sesame") }]);
    await until(async () => (await status("keyset_file")) === ServingStatus.NOT_SERVING);
    const salt = Buffer.from("sesame").toString("base64");
    for (const secret of ["Keyset#File2026", "sesame", salt]) {
      assert.ok(!server.output().includes(secret));
    }
  });
});

describe("a server's start", () => {
  it("ends with 78 when KEYSET_FILE cannot be used", async () => {
    const path = join(scratchFolder(), "keys.json");
    const start = () => runCommand(["serve"], { KEYSET_FILE: path, PORT: "0" });
    const missing = await start();
    assert.equal(missing.code, 78);
    assert.match(missing.output, /KEYSET_FILE cannot be used: ENOENT/);
    writeFileSync(path, formatKeysetFile([{ ...one, keyId: two.keyId }]), { mode: 0o600 });
    const forged = await start();
    assert.equal(forged.code, 78);
    assert.match(forged.output, /keys\[0\]\.key_id must be/);
    assert.doesNotMatch(forged.output, /Keyset#File2026/);
  });

  it("knows no health of a file that is not set", async () => {
    const server = await startServer();
    const health = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
    await assert.rejects(
      health.check({ service: "keyset_file" }),
      (error) => error instanceof ConnectError && error.code === Code.NotFound,
    );
    await server.end();
  });
});
