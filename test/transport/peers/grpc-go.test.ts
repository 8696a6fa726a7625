/** grpc-go at its own limit, with its default options: no call is lost, and no connection is cut. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../../support/buf.js";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { eventually, logLines } from "../../support/worker-lines.js";
import { skipWithout } from "./programs.js";

const run = promisify(execFile);
const FOLDER = join(import.meta.dirname, "go");
const PROGRAM = join(ROOT, "node_modules/.cache/peers/grpc-go");

/** What the program prints at its end. */
interface Calls {
  readonly ended: number;
  readonly failures: readonly string[] | null;
  readonly perSecond: number;
}

describe("grpc-go", { skip: skipWithout("go", "go.dev") }, () => {
  let server: ServerProcess;
  before(async () => {
    mkdirSync(join(PROGRAM, ".."), { recursive: true });
    await run("go", ["build", "-o", PROGRAM, "."], { cwd: FOLDER });
  });
  afterEach(() => server?.end());

  async function call(...args: string[]): Promise<Calls> {
    const { stdout } = await run(PROGRAM, ["-address", `127.0.0.1:${server.port}`, ...args]);
    return JSON.parse(stdout.slice(stdout.indexOf("{")));
  }

  for (const [connections, concurrency] of [
    [1, 64],
    [100, 4],
  ]) {
    it(`makes 10,000 calls over ${connections} connections as fast as it can`, async (t) => {
      server = await startServer({ WORKERS: "2" });
      const options = ["-connections", `${connections}`, "-concurrency", `${concurrency}`];
      const { ended, failures, perSecond } = await call(...options, "-calls", "10000");
      t.diagnostic(`${perSecond} calls/s`);
      assert.deepEqual([ended, failures], [10_000, null]);
      assert.deepEqual(logLines(server, "connection cut"), []);
    });
  }

  it("loses no call at full speed while all workers are replaced", async () => {
    server = await startServer({ WORKERS: "2" });
    const calls = call("-connections", "4", "-concurrency", "16", "-calls", "10000");
    server.process.kill("SIGUSR2");
    const [{ ended, failures }] = await Promise.all([
      calls,
      eventually(() => logLines(server, "rolling restart done").length > 0),
    ]);
    assert.deepEqual([ended, failures], [10_000, null]);
  });
});
