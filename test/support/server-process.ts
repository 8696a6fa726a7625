/** The server as its users start it: a process of its own. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ROOT } from "./buf.js";
import { scratchFolder } from "./scratch-folder.js";

/** A running server. */
export interface ServerProcess {
  readonly process: ChildProcess;
  readonly url: string;
  readonly port: number;
  /** Everything that the process has written so far. */
  output(): string;
  /** Sends a signal and waits for the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A finished process. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** The command as it is installed; `npm test` builds it first. */
export const MAIN = join(ROOT, "dist/cli/main.js");
/** Settings that make every start fast: the fewest iterations that are allowed. */
const FAST = { PBKDF2_ITERATIONS: "100000", PORT: "0" };

/**
 * Starts `secure-token serve` on a free port, as another user too or with few open files, and waits
 * until it listens.
 */
export async function startServer(
  env: Record<string, string> = {},
  options: SpawnOptions & { openFiles?: number } = {},
): Promise<ServerProcess> {
  const { child, output } = run(["serve"], { ...FAST, ...env }, options);
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error(`the server did not start:\n${output()}`)));
    const look = () => {
      const found = /"url":"(https?:\/\/[^"]+)"/.exec(output());
      if (!found) return;
      // To look through a long log again and again takes longer than the calls that are in it.
      child.stderr?.off("data", look);
      resolve(found[1] as string);
    };
    child.stderr?.on("data", look);
  });
  return {
    process: child,
    url,
    port: Number(new URL(url).port),
    output,
    async end(signal = "SIGTERM") {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exit = once(child, "exit");
      child.kill(signal);
      return (await exit)[0] as number | null;
    },
  };
}

/** Runs a command of `secure-token` to its end. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string> = {},
  input: string | SpawnOptions = "",
): Promise<Finished & { stdout: string }> {
  const { child, output, stdout } = run(args, env, typeof input === "string" ? {} : input);
  child.stdin?.end(typeof input === "string" ? input : "");
  const [code] = await once(child, "close");
  return { code: code as number | null, output: output(), stdout: stdout() };
}

/** Starts a command of `secure-token` that runs until it is killed. */
export function startCommand(args: readonly string[]): { output(): string; kill(): void } {
  const { child, output } = run(args, {});
  return { output, kill: () => child.kill("SIGKILL") };
}

function run(
  args: readonly string[],
  env: Record<string, string>,
  { openFiles, ...options }: SpawnOptions & { openFiles?: number } = {},
) {
  const command = [process.execPath, MAIN, ...args];
  const limited = ["sh", "-c", `ulimit -n ${openFiles}; exec "$@"`, "sh", ...command];
  const [file, ...rest] = openFiles === undefined ? command : limited;
  const child = spawn(file as string, rest, {
    // An empty folder: no .env of the developer's may decide a test.
    cwd: scratchFolder(),
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["pipe", "pipe", "pipe"],
    ...options,
  });
  let all = "";
  let out = "";
  child.stdout?.on("data", (chunk) => {
    out += chunk;
    all += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    all += chunk;
  });
  return { child, output: () => all, stdout: () => out };
}
