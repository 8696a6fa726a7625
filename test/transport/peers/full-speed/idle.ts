/** grpc-go with round_robin, which keeps a connection to every server: it dials each once, however long no call is made. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { scratchFolder } from "../../../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../../../support/server-process.js";
import { skipWithout } from "../programs.js";

const run = promisify(execFile);
/** Servers that end connections without calls early make grpc-go dial again every ten seconds. */
const IDLE = "25s";

describe("grpc-go with round_robin", { skip: skipWithout("go", "go.dev") }, () => {
  const program = join(scratchFolder(), "idle");
  const servers: ServerProcess[] = [];
  before(async () => {
    const cwd = join(import.meta.dirname, "go");
    await run("go", ["build", "-o", program, "./idle"], { cwd });
    for (let i = 0; i < 2; i++) servers.push(await startServer());
  });
  after(async () => {
    for (const server of servers) await server.end();
  });

  it(`keeps its connections for ${IDLE} without a call`, async () => {
    const addresses = servers.map(({ port }) => `127.0.0.1:${port}`).join(",");
    const { stdout } = await run(program, ["-addresses", addresses, "-idle", IDLE]);
    assert.deepEqual(JSON.parse(stdout), { dials: servers.length, failures: null });
  });
});
