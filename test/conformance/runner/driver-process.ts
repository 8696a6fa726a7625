/** A driver as a process: one JSON line in, one JSON line out. */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { readExactJson } from "../suite/corpus.js";

/** How long a driver may take for one answer, in milliseconds; its first may include its start. */
const ANSWER_MS = 60_000;

/** A driver that is running. */
export interface RunningDriver {
  /** Sends a request and waits for its answer. Throws when the driver ends, stalls or babbles. */
  ask(request: { readonly id: string }): Promise<Record<string, unknown>>;
  /** Closes the driver's input; a driver ends then. The answer is its exit code. */
  end(): Promise<number | null>;
}

/** Where a command runs. */
export interface Place {
  readonly folder: string;
  /** Variables added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a driver. What it writes to stderr is the runner's stderr. */
export function startDriver(command: readonly string[], place: Place): RunningDriver {
  const child = start(command, place, ["pipe", "pipe", "inherit"]);
  const exited = exitOf(child);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  child.stdin!.on("error", () => {}); // the missing answer tells
  return {
    async ask(request) {
      child.stdin!.write(`${JSON.stringify(request)}\n`);
      const line = await withinTime(lines.next(), `no answer within ${ANSWER_MS} ms`);
      if (line.done) throw new Error(`the driver ended with exit code ${await exited}`);
      const answer = readExactJson(line.value) as Record<string, unknown>;
      if (answer.id !== request.id) throw new Error(`an answer to ${answer.id} came instead`);
      return answer;
    },
    async end() {
      child.stdin!.end();
      try {
        return await withinTime(exited, "the driver does not end with its input");
      } finally {
        child.kill();
      }
    },
  };
}

/** Runs a command to its end. Throws with what it wrote when it fails. */
export async function runCommand(command: readonly string[], place: Place): Promise<void> {
  const child = start(command, place, ["ignore", "pipe", "pipe"]);
  const output: Buffer[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (chunk: Buffer) => output.push(chunk));
  }
  const code = await exitOf(child);
  if (code === 0) return;
  throw new Error(`${command.join(" ")} failed (${code}):\n${Buffer.concat(output)}`);
}

function start(command: readonly string[], { folder, env }: Place, stdio: StdioOptions) {
  const [program, ...args] = command as [string, ...string[]];
  return spawn(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio });
}

/** The exit code; `null` for a program that was not found or was killed. */
function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (code) => resolve(code));
  });
}

async function withinTime<T>(promise: Promise<T>, complaint: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), ANSWER_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
