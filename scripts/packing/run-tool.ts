/** Commands of the tools that pack and install. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** Where a command runs, and what it finds in its environment beside the process's own. */
export interface Place {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command and gives what it wrote; throws with both of its outputs where it fails. */
export function runTool(command: readonly string[], { cwd, env }: Place): string {
  const [program, ...args] = command as [string, ...string[]];
  try {
    return execFileSync(program, args, {
      cwd,
      env: { ...process.env, ...env },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { message, stdout = "", stderr = "" } = error as Error & Record<string, string>;
    throw new Error(`${command.join(" ")}: ${stdout || stderr ? stdout + stderr : message}`);
  }
}

/** Copies the files that git has below a folder of the project into a new folder, which it gives. */
export function copyOf(path: string): string {
  const copy = mkdtempSync(join(tmpdir(), "secure-token-pack-"));
  const list = runTool(["git", "ls-files", "-z", "--", path], { cwd: PROJECT });
  for (const file of list.split("\0").filter(Boolean)) {
    cpSync(join(PROJECT, file), join(copy, file.slice(path.length + 1)));
  }
  return copy;
}
