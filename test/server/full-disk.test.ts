/**
 * A disk that is full for a moment: a limit on the size of the server's files, as prlimit of util-linux
 * sets it from outside, stands for it.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { Code, type ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../support/server-process.js";

const KEY = { SECRET_KEY: "FullDisk#Secret2026", SALT: "sixteen bytes..." };
const HAS_PRLIMIT = spawnSync("prlimit", ["--version"]).status === 0;
const running: ServerProcess[] = [];

async function start(env: Record<string, string>) {
  const server = await startServer({ ...KEY, ...env });
  running.push(server);
  const transport = createConnectTransport({ baseUrl: server.url, httpVersion: "1.1" });
  return { server, client: createClient(TokenService, transport) };
}

type Client = Awaited<ReturnType<typeof start>>["client"];

function revoke(client: Client, tokenIds: readonly string[]) {
  const targets = tokenIds.map((tokenId) => {
    return { target: { case: "tokenId" as const, value: { tokenId } } };
  });
  return client.revokeTokens({ targets });
}

/** Ids of tokens, none of which is given twice. */
function idsOf(call: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${call}-${i}-of-a-token-that-nobody-shows`);
}

async function listed(client: Client): Promise<Set<string>> {
  const found = new Set<string>();
  let pageToken = "";
  do {
    const page = await client.listRevocations({ pageSize: 1000, pageToken });
    for (const { target } of page.revocations) {
      if (target.case === "tokenId") found.add(target.value);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return found;
}

/** The length of the log that LevelDB writes now. */
function logLength(dataDir: string): number {
  const folder = join(dataDir, "revocations");
  const log = readdirSync(folder)
    .filter((name) => name.endsWith(".log"))
    .sort()
    .at(-1) as string;
  return statSync(join(folder, log)).size;
}

function limitFiles({ process }: ServerProcess, bytes: number | "unlimited"): void {
  const args = ["--pid", `${process.pid}`, `--fsize=${bytes}:unlimited`];
  assert.equal(spawnSync("prlimit", args).status, 0);
}

describe("a disk that is full for a moment", { skip: !HAS_PRLIMIT && "needs prlimit" }, () => {
  afterEach(async () => {
    for (const server of running.splice(0)) await server.end("SIGKILL");
  });

  for (const [WORKERS, room, what] of [
    ["1", 100, "a part of the refused record was written"],
    ["1", 0, "nothing of the refused record was written"],
    ["2", 100, "the primary of workers writes"],
  ] as const) {
    it(`loses no revocation that is acknowledged before or after it: ${what}`, async () => {
      const DATA_DIR = scratchFolder();
      const { server, client } = await start({ DATA_DIR, WORKERS });
      const acknowledged = idsOf("before", 20);
      await revoke(client, acknowledged);
      // The first is cut off in the log; then the store cannot even be opened again.
      for (const [call, limit] of [
        ["first", logLength(DATA_DIR) + room],
        ["second", 1],
      ] as const) {
        limitFiles(server, limit);
        await assert.rejects(revoke(client, idsOf(call, 20)), (error: ConnectError) => {
          assert.equal(error.code, Code.Unavailable);
          assert.equal(error.findDetails(RetryInfoSchema).length, 1);
          return true;
        });
      }
      assert.equal((await listed(client)).size, 20);
      limitFiles(server, "unlimited");
      // More than a block of LevelDB's log, 32 KiB.
      for (let call = 0; call < 10; call++) {
        const ids = idsOf(`after-${call}`, 100);
        await revoke(client, ids);
        acknowledged.push(...ids);
      }
      await server.end("SIGKILL");
      const found = await listed((await start({ DATA_DIR, WORKERS })).client);
      const lost = acknowledged.filter((id) => !found.has(id));
      assert.equal(lost.length, 0, `${lost.length} of ${acknowledged.length} are lost`);
    });
  }
});
