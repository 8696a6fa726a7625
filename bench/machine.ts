/** What a run was made on. */
import { execFileSync, type StdioOptions } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { NODE_FLAGS } from "./server-commands.js";

/** Machine, versions and time of a run. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  /** What was measured, where the repository is one of git. */
  readonly commit: string | undefined;
  readonly node: string;
  readonly nodeFlags: readonly string[];
  readonly go: string | undefined;
  readonly python: string | undefined;
  readonly h2load: string | undefined;
}

/** Describes this machine, now. */
export function describeMachine(python: string | undefined): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    // Its first two numbers: what follows names a build.
    kernel: `Linux ${release().split(".").slice(0, 2).join(".")}`,
    commit: version("git", ["rev-parse", "--short=12", "HEAD"]),
    node: process.versions.node,
    nodeFlags: NODE_FLAGS,
    go: version("go", ["env", "GOVERSION"]),
    python: python && version(python, ["--version"]),
    h2load: version("h2load", ["--version"]),
  };
}

function version(command: string, args: readonly string[]): string | undefined {
  try {
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    return execFileSync(command, args, { encoding: "utf8", stdio }).trim();
  } catch {
    return undefined;
  }
}
