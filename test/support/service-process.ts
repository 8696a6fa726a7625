/** A database server of the test's own: a real process on loopback that a test may kill and stop. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** How often readiness is probed, in milliseconds, and how many times at most. */
const PROBE_MS = 50;
const MOST_PROBES = 600;

/** How a server program is run. */
export interface ServiceCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly options?: SpawnOptions;
  /** Whether the server answers. May throw, which counts as not yet. */
  readonly isReady: () => Promise<boolean>;
}

/** A server process that keeps its data and its port over restarts. */
export class ServiceProcess {
  readonly #command: ServiceCommand;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(command: ServiceCommand) {
    this.#command = command;
  }

  /** What the program has printed, the last 4,000 characters. */
  get output(): string {
    return this.#output;
  }

  /** Starts the program, and waits until it answers. */
  async start(): Promise<void> {
    const { program, args, options, isReady } = this.#command;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    this.#child = child;
    this.#output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        this.#output = `${this.#output}${chunk}`.slice(-4000);
      });
    }
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      if (child.exitCode !== null) break;
      if (await isReady().catch(() => false)) return;
      await wait(PROBE_MS);
    }
    throw new Error(`${program} does not answer:\n${this.#output}`);
  }

  /** Ends the process with a signal and waits for its exit. SIGKILL is the crash of a machine. */
  async end(name: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    // A process that was frozen takes no other signal than SIGKILL.
    if (name !== "SIGKILL") child.kill("SIGCONT");
    if (name === "SIGKILL") {
      // The crash of a machine takes the processes that the program has started along. One that is stopped
      // starts no more.
      child.kill("SIGSTOP");
      const children = childrenOf(child.pid);
      child.kill(name);
      for (const pid of children) signal(pid, "SIGKILL");
      // PostgreSQL does not start beside a process of an earlier start.
      while (children.some(isRunning)) await wait(PROBE_MS);
    } else {
      child.kill(name);
    }
    await exited;
  }

  /** Freezes the process and those that it has started: connections stay open and answer nothing. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
    for (const pid of childrenOf(this.#child?.pid)) signal(pid, "SIGSTOP");
  }

  /** Lets frozen processes go on. */
  thaw(): void {
    for (const pid of childrenOf(this.#child?.pid)) signal(pid, "SIGCONT");
    this.#child?.kill("SIGCONT");
  }
}

/** Linux tells the children of a process. */
function childrenOf(pid: number | undefined): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number);
}

/** Whether a process runs: one that has ended may wait for its parent to notice. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
