/**
 * Rotation and restarts without downtime: under steady load no call fails. `npm run soak:rotation`
 * runs the same for longer.
 */
import assert from "node:assert/strict";
import { copyFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { credentials } from "@grpc/grpc-js";
import { createSecureTokenClient as createGrpcJsClient } from "../../src/client/grpc-js.js";
import { createSecureTokenClient, type SecureTokenClient } from "../../src/client/node.js";
import { formatKeysetFile, parseKeysetFile } from "../../src/server/keyset-file.js";
import { readSnapshot } from "../../src/server/watched-file.js";
import { fileKey } from "../support/keyset-file.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, type ServerProcess, startServer } from "../support/server-process.js";
import { PATIENT, startLoad } from "../support/steady-load.js";

const SOAK = process.env.ROTATION_SOAK === "1";
const RATE = SOAK ? 500 : 150;
const ROTATIONS = SOAK ? 10 : 2;
const RESTARTS = SOAK ? 20 : 3;
/** The most time between two servers' copies of the file, in milliseconds. */
const SPREAD_MS = 300;
/** How long a restarted server runs before the next one ends: clients must have found it again. */
const READY_MS = 1500;

interface Replica {
  readonly server: ServerProcess;
  readonly client: SecureTokenClient;
  /** Its own copy of the keyset file. */
  readonly path: string;
}

describe("under steady load", () => {
  const closing: (() => unknown)[] = [];
  after(async () => {
    for (const close of closing.reverse()) await close();
  });
  const folder = scratchFolder();
  const master = join(folder, "master.json");
  const keys = async (command: string, ...args: string[]): Promise<Record<string, string>> => {
    const flags = ["--json", "keys", "--file", master, command, ...args];
    const { code, output, stdout } = await runCommand(flags);
    assert.equal(code, 0, output);
    return JSON.parse(stdout);
  };
  const newKey = ["--iterations", "100000"];

  it(`${ROTATIONS} rolling rotations of three servers fail no call`, async (t) => {
    await keys("init", ...newKey);
    const replicas = await Promise.all([0, 1, 2].map((i) => startReplica(i)));
    const baseUrl = replicas.map(({ server }) => server.url);
    const client = open(createSecureTokenClient({ baseUrl, ...PATIENT }));
    const load = startLoad({ client }, RATE);
    closing.push(() => load.stop());

    for (let round = 0; round < ROTATIONS; round++) {
      const before = (await replicas[0]!.client.exportConfig()).keys[0]!.keyId;
      const { keyId } = await keys("add", ...newKey);
      await rollOut(replicas);
      await keys("promote", keyId!);
      await rollOut(replicas);
      // By now all tokens come from the new key; forced, because no test lasts a year.
      await load.forgetTokens();
      await keys("retire", before, "--force");
      await rollOut(replicas);
      for (const replica of replicas) {
        const [primary, ...others] = (await replica.client.exportConfig()).keys;
        assert.deepEqual([primary, others], [{ keyId, state: "PRIMARY" }, []]);
      }
    }
    await load.stop();
    t.diagnostic(load.summary());
    assert.deepEqual(load.failures, []);
    assert.ok(load.calls() > 0);
    for (const { server } of replicas) assert.equal(await server.end(), 0);
  });

  it(`${RESTARTS} rolling restarts of two servers fail no call`, async (t) => {
    const path = join(folder, "restarts.json");
    writeFileSync(path, formatKeysetFile([await fileKey("one")]), { mode: 0o600 });
    const start = (port = "0") => startServer({ KEYSET_FILE: path, PORT: port });
    const servers = await Promise.all([start(), start()]);
    closing.push(() => Promise.all(servers.map((server) => server.end())));
    const urls = servers.map(({ url }) => url);
    const address = `ipv4:${urls.map((url) => new URL(url).host).join(",")}`;
    const insecure = credentials.createInsecure();
    const clients = {
      gRPC: open(createSecureTokenClient({ baseUrl: urls, ...PATIENT })),
      Connect: open(createSecureTokenClient({ baseUrl: urls, protocol: "connect", ...PATIENT })),
      "grpc-js": open(createGrpcJsClient({ address, credentials: insecure, ...PATIENT })),
    };
    const load = startLoad(clients, RATE);
    closing.push(() => load.stop());
    for (let restart = 0; restart < RESTARTS; restart++) {
      const index = restart % servers.length;
      await setTimeout(READY_MS);
      const before = load.calls();
      assert.equal(await servers[index]!.end(), 0);
      servers[index] = await start(String(servers[index]!.port));
      assert.ok(load.calls() > before, "the other server answers meanwhile");
    }
    await setTimeout(READY_MS);
    await load.stop();
    t.diagnostic(load.summary());
    assert.deepEqual(load.failures, []);
    for (const server of servers) {
      assert.match(server.output(), /"file":"keyset_file".*"msg":"in force"/);
      assert.equal(await server.end(), 0);
      assert.match(server.output(), /"forced":0/);
    }
  });

  async function startReplica(index: number): Promise<Replica> {
    const path = join(folder, `replica-${index}.json`);
    copyFileSync(master, path);
    const server = await startServer({ KEYSET_FILE: path });
    closing.push(() => server.end());
    return { server, path, client: open(createSecureTokenClient({ baseUrl: server.url })) };
  }

  function open<T extends SecureTokenClient>(client: T): T {
    closing.push(() => client.close());
    return client;
  }

  /** Brings the master file to each replica at a time of its own, and waits until all work with it. */
  async function rollOut(replicas: readonly Replica[]): Promise<void> {
    const wanted = parseKeysetFile(await readSnapshot(master));
    const expected = wanted.map(({ keyId, state }) => `${keyId} ${state.toUpperCase()}`).sort();
    await Promise.all(
      replicas.map(async ({ client, path }) => {
        await setTimeout(Math.random() * SPREAD_MS);
        copyFileSync(master, `${path}.new`);
        renameSync(`${path}.new`, path);
        for (;;) {
          const { keys: present } = await client.exportConfig();
          const states = present.map(({ keyId, state }) => `${keyId} ${state}`).sort();
          if (states.join() === expected.join()) return;
          await setTimeout(20);
        }
      }),
    );
  }
});
