/** grpc-go with round_robin that dials two servers while one of them is told to end: the other one answers every call. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { scratchFolder } from "../../../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../../../support/server-process.js";
import { skipWithout } from "../programs.js";

/** `DIAL_ROUNDS=100` for the whole proof. */
const ROUNDS = Number(process.env.DIAL_ROUNDS ?? 4);
/** The signal comes anywhere within this after the client has begun to dial, in milliseconds: that takes about as long. */
const LATEST_MS = 6;

describe("grpc-go with round_robin", { skip: skipWithout("go", "go.dev") }, () => {
  let program: ChildProcess;
  let lines: Interface;
  let other: ServerProcess;
  before(async () => {
    const file = join(scratchFolder(), "dialing");
    const cwd = join(import.meta.dirname, "go");
    await promisify(execFile)("go", ["build", "-o", file, "./dialing"], { cwd });
    program = spawn(file, { stdio: ["pipe", "pipe", "inherit"] });
    lines = createInterface(program.stdout!);
    other = await startServer();
  });
  after(async () => {
    program?.kill();
    await other?.end();
  });

  it(`loses no call while it dials a server that ends, ${ROUNDS} times`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const server = await startServer({ WORKERS: `${1 + (round % 2)}` });
      const dialing = once(lines, "line");
      program.stdin!.write(`127.0.0.1:${server.port},127.0.0.1:${other.port}\n`);
      await dialing;
      const result = once(lines, "line");
      await pause((LATEST_MS * round) / ROUNDS);
      const ended = server.end("SIGTERM");
      assert.deepEqual(JSON.parse((await result)[0]), { failures: null }, `round ${round}`);
      assert.equal(await ended, 0);
    }
  });
});
