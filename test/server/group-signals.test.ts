/** Signals that a terminal or a service manager sends to all processes of a server, while its workers start. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { scratchFolder } from "../support/scratch-folder.js";
import { MAIN, type ServerProcess, startServer } from "../support/server-process.js";
import { eventually, logLines, workerPids } from "../support/worker-lines.js";

/** How often a signal is sent while a worker starts, in milliseconds: it takes a few hundred. */
const BEAT_MS = 15;
const ROUNDS = Number(process.env.GROUP_ROUNDS ?? 1);

describe("a server with workers whose whole group gets", () => {
  for (const signal of ["SIGHUP", "SIGUSR2"] as const) {
    it(`${signal} while workers start loses none, and starts again those that it ended`, async (t) => {
      for (let round = 0; round < ROUNDS; round++) {
        const server = await startGroup();
        t.after(() => signalGroup(server, "SIGKILL"));
        server.process.kill("SIGUSR2");
        await eventually(() => logLines(server, "rolling restart").length > 0);
        await beat(server, signal, () => startedAgain(server) >= 2);
        await eventually(() => logLines(server, "rolling restart done").length > 0);
        assert.equal(logLines(server, "rolling restart given up").length, 0);
        assert.ok(workerPids(server).length >= 4);
        assert.equal(await server.end(), 0);
      }
    });
  }

  it("SIGHUP and SIGUSR2 before the first worker listens starts all the same", async (t) => {
    for (let round = 0; round < ROUNDS; round++) {
      const child = spawn(process.execPath, [MAIN, "serve"], {
        cwd: scratchFolder(),
        detached: true,
        env: { PATH: process.env.PATH ?? "", PBKDF2_ITERATIONS: "100000", PORT: "0", WORKERS: "2" },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let log = "";
      child.stderr.on("data", (text) => {
        log += text;
      });
      const server = { process: child, output: () => log };
      t.after(() => signalGroup(server, "SIGKILL"));
      await eventually(() => children(server).length > 0);
      await beat(server, "SIGHUP", () => startedAgain(server) >= 1);
      await beat(server, "SIGUSR2", () => startedAgain(server) >= 2);
      await eventually(() => logLines(server, "listening").length > 0);
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      assert.deepEqual(await exit, [0, null]);
    }
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`${signal} while a new worker starts ends with 0`, async (t) => {
      for (let round = 0; round < ROUNDS; round++) {
        const server = await startGroup();
        t.after(() => signalGroup(server, "SIGKILL"));
        const listening = workerPids(server);
        server.process.kill("SIGUSR2");
        await eventually(() => children(server).some((pid) => !listening.includes(pid)));
        const exit = once(server.process, "exit");
        signalGroup(server, signal);
        assert.deepEqual(await exit, [0, null]);
        assert.equal(startedAgain(server), 0);
      }
    });
  }
});

type Group = Pick<ServerProcess, "process" | "output">;

/** Two workers that listen, in a group of their own. */
function startGroup(): Promise<ServerProcess> {
  return startServer({ WORKERS: "2" }, { detached: true });
}

function startedAgain(server: Group): number {
  return logLines(server, "worker ended by a signal while it started: started again").length;
}

async function beat(server: Group, signal: NodeJS.Signals, isEnough: () => boolean) {
  while (!isEnough()) {
    signalGroup(server, signal);
    await pause(BEAT_MS);
    assert.equal(server.process.exitCode ?? server.process.signalCode, null, server.output());
  }
}

function signalGroup({ process: { pid } }: Group, signal: NodeJS.Signals): void {
  try {
    process.kill(-(pid as number), signal);
  } catch (error) {
    // All have ended.
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
  }
}

function children({ process: { pid } }: Group): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean).map(Number);
}
