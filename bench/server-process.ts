/** A server as a process on a core of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout } from "node:timers/promises";
import { askOnce, type Call } from "./call.js";
import { onCores, SERVER_CORE } from "./cores.js";
import type { ServerCommand } from "./server-commands.js";

/** How long a server may take to its first answer, in milliseconds. */
const PATIENCE_MS = 30_000;

/** A server that answers. */
export interface RunningServer {
  readonly port: number;
  readonly origin: string;
  readonly pid: number;
  /** From the start of the process to its first answer, in milliseconds. */
  readonly startupMs: number;
  stop(): Promise<void>;
}

/** Starts a server and waits until it answers a call. What it logs goes to /dev/null. */
export async function startServer(
  { command, args, env, tls }: ServerCommand,
  firstCall: Call,
  cores = SERVER_CORE,
): Promise<RunningServer> {
  const port = await freePort();
  const origin = `${tls ? "https" : "http"}://127.0.0.1:${port}`;
  const pinned = onCores(cores, command, args);
  const start = performance.now();
  const child = spawn(pinned.command, pinned.args, {
    // No .env of the developer's may decide what is measured.
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? "", PORT: String(port), ...env },
    stdio: "ignore",
  });
  try {
    while ((await askOnce(origin, firstCall)) === undefined) {
      if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
      if (performance.now() - start > PATIENCE_MS) throw new Error(`${command} does not answer`);
      await setTimeout(2);
    }
  } catch (error) {
    await stop(child);
    throw error;
  }
  const startupMs = performance.now() - start;
  return { port, origin, pid: child.pid as number, startupMs, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
