/** A shell that runs the blocks of a page in turn, and ends what it has started. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** A session's end. */
export interface Session {
  readonly code: number | null;
  /** What each block has printed, on both outputs. */
  readonly printed: readonly string[];
}

/** Runs blocks in one shell, each only if the last has succeeded; then ends the servers that they have started. */
export async function runBlocks(
  blocks: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Session> {
  // What a block prints may end without a line break.
  const script = blocks
    .map((code, index) => `printf '\\n== block ${index}\\n'\n${code}`)
    .join("\n");
  const shell = spawn("bash", ["-euo", "pipefail", "-c", `exec 2>&1\n${script}`], {
    cwd,
    env: { PATH: process.env.PATH ?? "", HOME: cwd, ...env },
    // A process group of its own, so that nothing of it stays behind.
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  shell.stdout.on("data", (chunk) => {
    text += chunk;
  });
  // Where nothing stays behind, both come in one turn of the loop.
  const closed = once(shell, "close");
  const [code] = await once(shell, "exit");
  try {
    process.kill(-(shell.pid as number), "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  // What was written before the end, and the last of those that were ended.
  await closed;
  const printed = text.split(/\n== block \d+\n/).slice(1);
  return { code: code as number | null, printed };
}
